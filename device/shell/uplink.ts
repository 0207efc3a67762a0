import { setTimeout as delay } from 'node:timers/promises';
import { TRANSFER_RULES, type TransferFailureCode } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { freedBy } from '../core/receipt-rules.ts';
import type { HeldNote } from '../core/uplink-order.ts';
import {
  afterUplink,
  FRESH_UPLINK,
  nextUplink,
  uplinkRate,
  type UplinkAnswer,
  type UplinkFacts,
  type UplinkState,
  type UplinkWork,
} from '../core/uplink-rules.ts';
import type { ArchiveLine } from '../ports/archive-line.ts';
import type { Clock } from '../ports/clock.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { DockingDesk } from '../ports/docking-link.ts';
import type { Journal } from '../ports/journal.ts';
import type { Alarms } from './alarms.ts';
import { Pace } from './paced-bytes.ts';
import { failureOf, performUplink, type UplinkTools } from './uplink-work.ts';

export interface UplinkParts {
  readonly line: ArchiveLine;
  readonly desk: Pick<DockingDesk, 'journal' | 'object' | 'receipt'>;
  readonly journal: Journal;
  readonly hands: Pick<CameraHands, 'view' | 'watch'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly alarms: Pick<Alarms, 'raise'>;
  readonly log: Log;
  readonly random?: () => number;
}

/**
 * Sends journal and footage straight to the archive while there is a line. One thing at a time, in small slices, and
 * never in the recorder's way: it reads what is durable already and holds no lock. It keeps nothing on disk: after a
 * restart the archive says what it lacks.
 */
export class Uplink {
  readonly #parts: UplinkParts;
  readonly #pace: Pace;
  #state: UplinkState = FRESH_UPLINK;
  #facts: Pick<UplinkFacts, 'uplink' | 'docked' | 'recording'>;
  #work = new AbortController();
  #rest = new AbortController();
  #running: Promise<void> | undefined;
  #stopped = false;
  #unwatch: () => void = () => undefined;
  #freed: { readonly of: string; readonly answer: boolean } | undefined;
  #told: TransferFailureCode | undefined;
  /** A dock may have told the archive things meanwhile. */
  #outdated = false;

  constructor(parts: UplinkParts) {
    this.#parts = parts;
    this.#facts = factsOf(parts.hands.view());
    this.#pace = new Pace(
      () => this.#rate(),
      () => this.#now(),
    );
  }

  /** Objects and bytes that the archive wants and policy sends; undefined while nobody knows. */
  get left(): { readonly objects: number; readonly bytes: number } | undefined {
    const { archive, moved } = this.#state.transfer;
    const open = archive?.missing.filter(({ object }) => !moved.has(object));
    return open && { objects: open.length, bytes: open.reduce((sum, { size }) => sum + size, 0) };
  }

  start(): void {
    this.#unwatch = this.#parts.hands.watch((view) => this.#see(factsOf(view)));
    this.#running ??= this.#run();
  }

  /** Nothing is read, sent or written any more when it resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    this.#work.abort();
    this.#rest.abort();
    await this.#running;
    this.#parts.line.close();
  }

  #see(facts: Pick<UplinkFacts, 'uplink' | 'docked' | 'recording'>): void {
    const before = this.#facts;
    this.#facts = facts;
    const stops = facts.docked || facts.uplink.send === 'nothing';
    if (stops && !(before.docked || before.uplink.send === 'nothing')) this.#work.abort();
    const same =
      facts.docked === before.docked &&
      facts.recording === before.recording &&
      facts.uplink.send === before.uplink.send;
    if (facts.docked !== before.docked) this.#outdated = true;
    if (!same) this.#rest.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      let answer: UplinkAnswer;
      try {
        answer = this.#outdated ? this.#letGo() : await this.#perform(this.#next());
      } catch (err) {
        // The journal does not read, or we are wrong: the recorder goes on, and this is tried again.
        this.#parts.log.error({ err }, 'the uplink stumbled');
        answer = this.#failure('archive-unreachable');
      }
      this.#state = afterUplink(this.#state, answer);
    }
  }

  #next(): UplinkWork {
    return nextUplink(this.#state, this.#wholeFacts(), this.#now());
  }

  #letGo(): UplinkAnswer {
    this.#outdated = false;
    return { type: 'let-go', at: this.#now() };
  }

  async #perform(work: UplinkWork): Promise<UplinkAnswer> {
    if (work.type === 'rest') {
      await this.#pause(work.ms);
      return { type: 'rested', at: this.#now() };
    }
    if (work.type === 'fail') {
      this.#tell(work.code, work.detail);
      return this.#failure(work.code);
    }
    this.#work = new AbortController();
    try {
      const done = await performUplink(work, this.#tools(this.#work.signal));
      this.#told = undefined;
      return { ...done, at: this.#now() };
    } catch (error) {
      if (this.#work.signal.aborted) return this.#letGo();
      const code = failureOf(error);
      if (code === undefined) throw error;
      this.#tell(code, error instanceof Error ? error.message : String(error));
      return this.#failure(code, work.type === 'move-object' ? work.object : undefined);
    }
  }

  #tools(signal: AbortSignal): UplinkTools {
    const { line, desk, journal } = this.#parts;
    const rate = (): number => this.#rate();
    return { line, desk, journal, pace: this.#pace, rate, now: () => this.#now(), signal };
  }

  async #pause(ms: number): Promise<void> {
    this.#rest = new AbortController();
    if (this.#stopped) return;
    await delay(ms, undefined, { signal: this.#rest.signal, ref: false }).catch(() => undefined);
  }

  #failure(code: TransferFailureCode, object?: string): UplinkAnswer {
    const random = (this.#parts.random ?? Math.random)();
    return { type: 'failed', at: this.#now(), code, random, ...(object === undefined ? {} : { object }) };
  }

  /** A line that is down is no alarm; an archive that refuses is one, once until it is well again. */
  #tell(code: TransferFailureCode, detail: string): void {
    const { log, alarms } = this.#parts;
    log.info({ code, detail }, 'uplink');
    const { remedy } = TRANSFER_RULES[code];
    if ((remedy !== 'refuse' && remedy !== 'recount') || this.#told === code) return;
    this.#told = code;
    alarms.raise('uplink-refused', 'critical', `${code}: ${detail}`);
  }

  #wholeFacts(): UplinkFacts {
    const { journal } = this.#parts;
    return {
      ...this.#facts,
      journalSize: journal.size,
      noteOf: (object) => this.#noteOf(object),
      frees: (size) => this.#frees(size),
    };
  }

  #noteOf(object: string): HeldNote | undefined {
    const { journal } = this.#parts;
    const held = journal.object(object);
    return held === undefined ? undefined : { kind: held.kind, mark: journal.markOf(held.recording) };
  }

  /** By the rule the desk will go by. The answer holds until the journal changes. */
  #frees(size: number): boolean {
    const { journal } = this.#parts;
    const of = `${size}/${journal.size}`;
    if (this.#freed?.of !== of) {
      const open = new Set(journal.openRecordings().map(({ recording }) => recording));
      this.#freed = { of, answer: size > 0 && freedBy(size, journal.held(), open).length > 0 };
    }
    return this.#freed.answer;
  }

  #rate(): number {
    return uplinkRate(this.#facts);
  }

  #now(): number {
    return this.#parts.clock.now().mono;
  }
}

function factsOf({
  policy,
  attached,
  recording,
}: ReturnType<CameraHands['view']>): Pick<UplinkFacts, 'uplink' | 'docked' | 'recording'> {
  return { uplink: policy.uplink, docked: attached, recording: recording !== undefined };
}
