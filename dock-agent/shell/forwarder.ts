import {
  blindCheck,
  growing,
  spread,
  TRANSFER_PAUSES,
  TransferFailure,
  type ArchiveLink,
  type IngestState,
  type JournalName,
} from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import { RULES, type BayFailure } from '../core/failures.ts';
import { OutboxError, toSend } from '../core/outbox-rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutboxStore, WaitingJournal } from '../ports/outbox-store.ts';
import type { DockAlarms } from './dock-alarms.ts';
import { failureOf } from './failure-of.ts';
import { coverBy } from './outbox-receipts.ts';
import type { Uplink } from './uplink.ts';

export interface ForwarderParts {
  /** Its own line; closed when it stops. */
  readonly archive: ArchiveLink;
  readonly store: OutboxStore;
  readonly uplink: Uplink;
  readonly alarms: DockAlarms;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
  /** All that waited for this camera is in the archive. */
  readonly onComplete?: (camera: JournalName) => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/**
 * Empties the outbox into the archive: the journals first, oldest docking first, then the objects the archive asks for, in
 * its order (keys and marked recordings first), then the receipts. It remembers nothing: each pass asks the archive what
 * it holds, so a lost answer, a kill or a forgetful archive only makes it send again.
 */
export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #abort = new AbortController();
  /** Failures in a row, by journal and code. */
  readonly #failures = new Map<string, { code: string; count: number }>();
  #running: Promise<void> = Promise.resolve();
  #attempts = 0;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#parts.archive.close();
  }

  async #run(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const idle = await this.#passOrAlarm();
      this.#attempts = idle ? 0 : this.#attempts + 1;
      const { probeMs } = this.#parts.uplink;
      const ms = idle ? probeMs : growing(TRANSFER_PAUSES.retryFirst, probeMs * 2, this.#attempts);
      await this.#pause(spread(ms, this.#parts.random?.() ?? 0.5));
    }
  }

  async #passOrAlarm(): Promise<boolean> {
    const { alarms } = this.#parts;
    try {
      const idle = await this.#pass();
      alarms.clear('outbox-damaged', 'unreadable');
      return idle;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const detail = `the outbox cannot be read: ${why}. Look at its disk; cameras keep their footage`;
      alarms.raise('outbox-damaged', 'unreadable', { camera: undefined, severity: 'critical', detail });
      return false;
    }
  }

  /** True if nothing is left to do that would not wait as well. */
  async #pass(): Promise<boolean> {
    const journals = this.#parts.store.journals();
    let whole = true;
    for (const step of [this.#pushPages, this.#sendObjects]) {
      for (const journal of journals) {
        const done = await this.#try(journal, () => step(journal));
        whole &&= done === 'done';
        if (done === 'no-archive' || this.#abort.signal.aborted) return false;
      }
    }
    return whole;
  }

  async #try({ name }: WaitingJournal, work: () => Promise<void>): Promise<'done' | 'failed' | 'no-archive'> {
    const { uplink, log } = this.#parts;
    try {
      await work();
      return 'done';
    } catch (error) {
      if (this.#abort.signal.aborted) return 'failed';
      if (uplink.failed(error)) return 'no-archive';
      const failure = failureOf(error, 'archive');
      log.warn({ camera: name.device, code: failure.code }, `outbox: ${failure.message}`);
      this.#count(name, failure);
      return 'failed';
    }
  }

  readonly #pushPages = async ({ name }: WaitingJournal): Promise<void> => {
    const { archive, store, uplink } = this.#parts;
    const { signal } = this.#abort;
    let state = await archive.state(name, signal);
    uplink.answered();
    for (;;) {
      const page = await this.#page(name, state.size);
      if (page === undefined) return;
      if (page.from > state.size)
        throw new TransferFailure('journal-gap', `the archive holds ${state.size} entries of what it held`);
      const before = state.size;
      try {
        state = await archive.pushJournal(name, page, signal);
      } catch (error) {
        if (failureOf(error, 'archive').code === 'journal-bad') {
          this.#damaged(name, `the page from ${page.from} does not hold`);
          await store.forgetPages(name, page.from);
        }
        throw error;
      }
      if (state.size <= before)
        throw new TransferFailure('archive-stands-still', 'it took a page, and no more');
    }
  };

  /** A page that is none any more is forgotten: the camera, or the archive, has it. */
  async #page(name: JournalName, size: number): Promise<ReturnType<OutboxStore['pageBeyond']>> {
    const { store } = this.#parts;
    try {
      return store.pageBeyond(name, size);
    } catch (error) {
      if (!(error instanceof OutboxError) || error.code !== 'altered') throw error;
      this.#damaged(name, error.message);
      await store.forgetPages(name, size);
      return undefined;
    }
  }

  readonly #sendObjects = async ({ name, covered }: WaitingJournal): Promise<void> => {
    const { archive, store, trust, alarms } = this.#parts;
    const { signal } = this.#abort;
    const sent = new Set<string>();
    let state = await archive.state(name, signal);
    for (let wanted = this.#wanted(state); wanted.length > 0; wanted = this.#wanted(state)) {
      const again = wanted.find(({ object }) => sent.has(object));
      if (again !== undefined)
        throw new TransferFailure('archive-stands-still', `it took object ${again.object}, and asks for it`);
      for (const { object, size } of wanted) {
        if ((await this.#send(name, object, size)) === 'sent') sent.add(object);
      }
      state = await archive.state(name, signal);
    }
    if (state.receipted > covered) {
      const delivery = await archive.receipt(name, signal);
      if (delivery !== undefined && (await coverBy(delivery, name, store, trust)) > covered)
        alarms.clear('outbox-full', '');
    }
    this.#failures.delete(name.device);
    alarms.clear('outbox-refused', name.device);
    if (!store.journals().some((one) => one.name.device === name.device)) this.#parts.onComplete?.(name);
  };

  #wanted(state: IngestState): IngestState['missing'] {
    return toSend(state, (object) => this.#parts.store.holds(object));
  }

  async #send(name: JournalName, object: string, size: number): Promise<'sent' | 'damaged'> {
    const { archive, store } = this.#parts;
    let source: { readonly error: unknown } | undefined;
    async function* checked(): AsyncGenerator<Uint8Array> {
      try {
        yield* blindCheck(store.read(object), object, size);
      } catch (error) {
        source = { error };
        throw error;
      }
    }
    try {
      await archive.putObject(object, size, checked(), this.#abort.signal);
      return 'sent';
    } catch (error) {
      if (source === undefined) throw error;
      const { error: cause } = source;
      if (!isDamage(cause))
        throw new OutboxError('storage-failed', `object ${object} cannot be read`, { cause });
      this.#damaged(name, cause.message);
      await store.discard(object);
      return 'damaged';
    }
  }

  #damaged({ device }: JournalName, what: string): void {
    const detail = `${what}. It is put aside, and asked of the camera again: dock it`;
    this.#parts.alarms.raise('outbox-damaged', what, { camera: device, severity: 'critical', detail });
  }

  #count({ device }: JournalName, { code, message }: BayFailure): void {
    const before = this.#failures.get(device);
    const count = before?.code === code ? before.count + 1 : 1;
    this.#failures.set(device, { code, count });
    const { patience, severity } = RULES[code];
    if (count > patience)
      this.#parts.alarms.raise('outbox-refused', device, { camera: device, severity, detail: message });
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = this.#parts.clock.after(ms, wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  }
}

/** Other bytes, or none: not a disk that cannot be read at the moment. */
function isDamage(error: unknown): error is Error {
  return error instanceof TransferFailure || (error as NodeJS.ErrnoException).code === 'ENOENT';
}
