import {
  fromUtf8,
  openPolicy,
  ProtocolError,
  toUtf8,
  type EvidenceTrust,
  type CameraCommand,
  type CameraState,
} from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { acceptCommand } from '../core/command-rules.ts';
import type { ArchiveLine } from '../ports/archive-line.ts';
import type { Clock } from '../ports/clock.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { Journal } from '../ports/journal.ts';
import type { DeviceMemory } from '../ports/device-memory.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts } from './camera-ports.ts';
import { recollect } from './recollection.ts';

export interface OrderParts {
  readonly ports: Pick<CameraPorts, 'log'> & {
    readonly clock: Clock;
    readonly journal: Pick<Journal, 'name' | 'first' | 'size' | 'entries' | 'append'>;
    readonly memory: DeviceMemory;
  };
  readonly agency: string;
  readonly roots: readonly string[];
  readonly hands: Pick<CameraHands, 'order' | 'applyPolicy'>;
  readonly alarms: Pick<Alarms, 'raise'>;
  /** Absent: there is no line to an archive, and no policy is fetched. */
  readonly line?: Pick<ArchiveLine, 'policy'> | undefined;
  /** Tells everybody now where the camera is, and shows it on the spot. Never throws. */
  readonly locate: () => void;
  /** The camera's state is to be told anew. Never throws. */
  readonly changed: () => void;
}

/** Orders wait for the one before them; not many do. */
const MAX_WAITING = 8;
/** To look at what anybody sends takes a millisecond: so many at once, and two more a second, are looked at. */
const MAX_AT_ONCE = 20;
const LOOK_EVERY_MS = 500;
const POLICY_MS = 60_000;

/**
 * Takes orders, once, and writes down who gave them and what came of it.
 *
 * INVARIANT: that it was taken, and its sequence, are in the journal before anything is done: no order is carried out that
 * the journal does not name, nor twice, whenever the power goes and whatever becomes of the files beside the journal. An
 * order that came in the very moment may be lost: the archive sees that nothing came of it, and orders anew.
 */
export class Orders {
  readonly #parts: OrderParts;
  readonly #log: Log;
  /** What the journal says was taken: less than this is never believed. */
  readonly #journaled: Map<string, number>;
  #waiting = 0;
  #looks: { readonly left: number; readonly mono: number };
  #working: Promise<void> = Promise.resolve();
  #last: CameraState['ordered'];
  /** Hash of a policy the camera would not take: it is not asked about it, nor anybody alarmed, over and over. */
  #refused: string | undefined;
  readonly #ending = new AbortController();

  constructor(parts: OrderParts) {
    this.#parts = parts;
    const { log, journal, clock } = parts.ports;
    this.#log = log;
    this.#journaled = new Map(recollect(journal).orders);
    this.#looks = { left: MAX_AT_ONCE, mono: clock.now().mono };
  }

  /** The latest order, and what came of it. */
  get last(): CameraState['ordered'] {
    return this.#last;
  }

  /** Never throws. */
  take(payload: Uint8Array): void {
    if (this.#ending.signal.aborted) return;
    if (this.#waiting >= MAX_WAITING || !this.#mayLook()) {
      this.#parts.alarms.raise('bad-command', 'warning', 'more orders come than can be looked at');
      return;
    }
    this.#waiting += 1;
    this.#working = this.#working.then(async () => {
      await this.#take(payload).catch((err: unknown) => this.#log.error({ err }, 'an order failed'));
      this.#waiting -= 1;
    });
  }

  /** Fetches the agency's policy and applies it; gives what came of it. Never rejects. */
  async refreshPolicy(): Promise<string> {
    const { line, hands, alarms } = this.#parts;
    if (line === undefined) return 'no-line';
    try {
      const signal = AbortSignal.any([this.#ending.signal, AbortSignal.timeout(POLICY_MS)]);
      const delivery = await line.policy(signal);
      if (delivery === undefined) return 'no-policy';
      const { bytes, hash } = openPolicy(delivery, this.#trust());
      if (hash === this.#refused) return 'policy-refused';
      const { code } = await hands.applyPolicy(bytes);
      this.#refused = code === 'policy-refused' ? hash : undefined;
      return code;
    } catch (error) {
      if (error instanceof ProtocolError) {
        alarms.raise('bad-policy', 'critical', error.message);
        return 'policy-refused';
      }
      this.#log.info({ err: error }, 'the policy could not be fetched');
      return 'archive-unreachable';
    }
  }

  /** Nothing is done or written any more when it resolves. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#working;
  }

  async #take(payload: Uint8Array): Promise<void> {
    const { alarms } = this.#parts;
    if (this.#ending.signal.aborted) return;
    let accepted: { archive: string; command: CameraCommand };
    try {
      accepted = this.#accept(payload);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      alarms.raise('bad-command', 'warning', error.message);
      return;
    }
    const { archive, command } = accepted;
    const { id, kind, sequence } = command;
    const { journal } = this.#parts.ports;
    const entry = { type: 'ordered', command: id, order: kind, archive, sequence } as const;
    try {
      journal.append({ ...entry, outcome: 'taken' });
      this.#journaled.set(archive, sequence);
    } catch (err) {
      this.#log.error(
        { err, archive, order: kind, command: id },
        'an order that cannot be journaled is refused',
      );
      this.#tell(id, 'storage-failed');
      return;
    }
    const outcome = await this.#carryOut(command, archive);
    this.#log.info({ archive, order: kind, command: id, outcome }, 'an order was carried out');
    try {
      journal.append({ ...entry, outcome });
    } finally {
      this.#tell(id, outcome);
    }
  }

  #tell(command: string, outcome: string): void {
    this.#last = { command, outcome };
    this.#parts.changed();
  }

  #mayLook(): boolean {
    const { mono } = this.#parts.ports.clock.now();
    const gained = Math.floor((mono - this.#looks.mono) / LOOK_EVERY_MS);
    const left = Math.min(MAX_AT_ONCE, this.#looks.left + gained);
    this.#looks = { left: Math.max(0, left - 1), mono: this.#looks.mono + gained * LOOK_EVERY_MS };
    return left > 0;
  }

  /** Checked, and its sequence kept. */
  #accept(payload: Uint8Array): { archive: string; command: CameraCommand } {
    const { clock, journal, memory } = this.#parts.ports;
    const taken = this.#taken();
    const accepted = acceptCommand(payload, {
      ...this.#trust(),
      camera: journal.name,
      clock: clock.state(),
      lastSequence: (archive) => taken.get(archive),
    });
    taken.set(accepted.archive, accepted.command.sequence);
    memory.keep('orders', toUtf8(JSON.stringify(Object.fromEntries(taken))));
    return accepted;
  }

  /** The latest sequence of each archive. A memory that cannot be read is no reason to take an old order, or none at all. */
  #taken(): Map<string, number> {
    const taken = new Map(this.#journaled);
    try {
      for (const [archive, sequence] of readTaken(this.#parts.ports.memory.recall('orders')))
        taken.set(archive, Math.max(sequence, taken.get(archive) ?? 0));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unreadable';
      const detail = `the memory of orders cannot be read, and the journal’s word holds: ${why}`;
      this.#parts.alarms.raise('bad-command', 'critical', detail);
    }
    return taken;
  }

  async #carryOut({ kind, id }: CameraCommand, archive: string): Promise<string> {
    const { hands, locate } = this.#parts;
    switch (kind) {
      case 'locate':
        locate();
        return 'located';
      case 'start':
      case 'stop':
        return (await hands.order(kind, `archive ${archive}, order ${id}`)).code;
      case 'refresh-policy':
        return await this.refreshPolicy();
      default:
        return kind satisfies never;
    }
  }

  #trust(): EvidenceTrust {
    const { agency, roots, ports } = this.#parts;
    return { agency, roots, at: ports.clock.now().at };
  }
}

/** Throws if nobody can say what was kept. */
function readTaken(bytes: Uint8Array | undefined): Map<string, number> {
  if (bytes === undefined) return new Map();
  const kept: unknown = JSON.parse(fromUtf8(bytes));
  if (typeof kept !== 'object' || kept === null) throw new TypeError('the memory of orders holds none');
  return new Map(
    Object.entries(kept).map(([archive, sequence]) => {
      if (typeof sequence !== 'number') throw new TypeError(`no sequence is kept of archive ${archive}`);
      return [archive, sequence];
    }),
  );
}
