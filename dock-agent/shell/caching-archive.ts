import {
  type ArchiveLink,
  type IngestState,
  type JournalName,
  type JournalPage,
  type ReceiptDelivery,
  type RefusalCode,
} from '@mingjing/protocol';
import { PeerRefusal, RuntimeError, type Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import { OutboxError, toSend, type OutboxErrorCode } from '../core/outbox-rules.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';
import type { DockAlarms } from './dock-alarms.ts';
import { coverBy } from './outbox-receipts.ts';
import type { Uplink } from './uplink.ts';

export interface CachingParts {
  /** This bay's own line; closed with this. */
  readonly archive: ArchiveLink;
  readonly store: OutboxStore;
  readonly uplink: Uplink;
  readonly alarms: DockAlarms;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The archive as a bay sees it when its agency allows the dock to keep what the archive cannot take now.
 *
 * While the archive answers, all goes through. While nobody answers, journal pages and objects go into the outbox, and
 * what the outbox holds is said to be held. A receipt is always the archive's own: so a camera whose footage lies in the
 * outbox is not freed, and its footage is there twice until the archive has it.
 *
 * A journal in the outbox begins where the latest receipt ends: whatever is named below that is in the archive.
 */
export class CachingArchive implements ArchiveLink {
  readonly #parts: CachingParts;

  constructor(parts: CachingParts) {
    this.#parts = parts;
  }

  async state(camera: JournalName, signal: AbortSignal): Promise<IngestState> {
    const { archive, store } = this.#parts;
    const answer = await this.#ask(signal, () => archive.state(camera, signal));
    return answer === undefined ? store.state(camera) : this.#without(answer.value);
  }

  async pushJournal(camera: JournalName, page: JournalPage, signal: AbortSignal): Promise<IngestState> {
    const { archive, store, uplink, clock } = this.#parts;
    const answer = uplink.up
      ? await this.#ask(signal, () => archive.pushJournal(camera, page, signal))
      : undefined;
    if (answer !== undefined) return this.#without(answer.value);
    return await this.#keep(() => store.takePage(camera, page, Date.parse(clock.wall())));
  }

  async putObject(
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    from = 0,
  ): Promise<void> {
    const { archive, store, uplink } = this.#parts;
    if (!uplink.up) {
      if (from > 0)
        throw new RuntimeError('peer-unreachable', 'the archive is gone, and the outbox takes wholes');
      await this.#keep(() => store.put(object, size, abortable(bytes, signal)));
      return;
    }
    const source = watched(bytes);
    try {
      await archive.putObject(object, size, source.bytes, signal, from);
    } catch (error) {
      // The bytes are spent: the bay comes again, and by then it is known where to put them.
      if (!source.failed && !signal.aborted) uplink.failed(error);
      throw error;
    }
  }

  async uploadOffset(object: string, signal: AbortSignal): Promise<number> {
    const { archive, uplink } = this.#parts;
    const answer = uplink.up
      ? await this.#ask(signal, () => archive.uploadOffset(object, signal))
      : undefined;
    return answer?.value ?? 0;
  }

  async receipt(camera: JournalName, signal: AbortSignal): Promise<ReceiptDelivery | undefined> {
    const { archive, store, trust, log } = this.#parts;
    const answer = await this.#ask(signal, () => archive.receipt(camera, signal));
    if (answer === undefined) return store.receipt(camera);
    if (answer.value !== undefined) {
      try {
        await coverBy(answer.value, camera, store, trust);
      } catch (error) {
        // The bay checks it too, and alarms; and no fault of this disk keeps a receipt from its camera.
        log.warn({ err: error, camera: camera.device }, 'the outbox took no note of a receipt');
      }
    }
    return answer.value;
  }

  close(): void {
    this.#parts.archive.close();
  }

  /** undefined: nobody answers. */
  async #ask<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    const { uplink } = this.#parts;
    if (!uplink.worthTrying()) return undefined;
    try {
      const value = await ask();
      uplink.answered();
      return { value };
    } catch (error) {
      if (!signal.aborted && uplink.failed(error)) return undefined;
      throw error;
    }
  }

  /** What waits here already is not asked of the camera again. */
  #without(state: IngestState): IngestState {
    const waiting = toSend(state, (object) => this.#holds(object));
    return waiting.length === 0
      ? state
      : { ...state, missing: state.missing.filter((one) => !waiting.includes(one)) };
  }

  /** A disk that cannot be read is no reason to stop moving footage: what waits on it comes from the camera. */
  #holds(object: string): boolean {
    try {
      return this.#parts.store.holds(object);
    } catch {
      return false;
    }
  }

  async #keep<T>(keep: () => Promise<T>): Promise<T> {
    try {
      return await keep();
    } catch (error) {
      if (!(error instanceof OutboxError)) throw error;
      if (error.code === 'full') {
        const detail = `${error.message}; cameras keep their footage until the archive answers`;
        this.#parts.alarms.raise('outbox-full', '', { camera: undefined, severity: 'critical', detail });
      }
      throw asPeer(error);
    }
  }
}

const AS_REFUSAL: Readonly<Partial<Record<OutboxErrorCode, RefusalCode>>> = {
  'not-named': 'object-not-named',
  'page-gap': 'journal-gap',
  'page-bad': 'bad-journal',
  'page-forked': 'journal-forked',
};

/** In the words of an archive, which is what a bay understands: full is as good as unreachable. */
function asPeer(error: OutboxError): RuntimeError {
  const refusal = AS_REFUSAL[error.code];
  if (refusal !== undefined) return new PeerRefusal(refusal, error.message);
  const code = error.code === 'full' ? 'peer-unreachable' : 'storage-failed';
  return new RuntimeError(code, error.message, { cause: error });
}

function watched(bytes: AsyncIterable<Uint8Array>): {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly failed: boolean;
} {
  let failed = false;
  async function* through(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      failed = true;
      throw error;
    }
  }
  return {
    bytes: through(),
    get failed() {
      return failed;
    },
  };
}

async function* abortable(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    if (signal.aborted) throw new RuntimeError('peer-unreachable', 'the camera was let go');
    yield piece;
  }
}
