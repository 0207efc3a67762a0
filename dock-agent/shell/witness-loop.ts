import {
  equalBytes,
  formatAddCheckpoint,
  openCustodyCheckpoint,
  type ArchiveNote,
  type Checkpoint,
} from '@mingjing/protocol';
import { archiveFailureOf, type Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import type { HeldCheckpoint } from '../core/witness.ts';
import type { CheckpointInHand, CheckpointSource } from '../ports/checkpoint-source.ts';
import type { Clock } from '../ports/clock.ts';
import type { LogLink } from '../ports/log-link.ts';
import type { WitnessState } from '../ports/witness-state.ts';
import type { Witness } from './witness.ts';

export interface WitnessLoopParts {
  readonly link: LogLink;
  readonly witness: Witness;
  readonly state: WitnessState;
  readonly trust: Trust;
  /** The dock's own evidence certificate and its issuers, PEM. */
  readonly evidence: readonly string[];
  readonly clock: Clock;
  readonly everyMs: number;
  readonly log: Log;
}

/** Asks the archive for its log, again and again, and brings back what the witness says of it. */
export class WitnessLoop implements CheckpointSource {
  readonly #parts: WitnessLoopParts;
  readonly #stopped = new AbortController();
  #timer: { cancel(): void } | undefined;
  #whole: { readonly entries: number; readonly at: number | undefined } = { entries: 0, at: undefined };
  #running: Promise<void> = Promise.resolve();
  #latest: CheckpointInHand | undefined;

  constructor(parts: WitnessLoopParts) {
    this.#parts = parts;
  }

  /** How much of the log is cosigned, and when (wall clock, milliseconds) that was last found to be all of it. */
  get whole(): { readonly entries: number; readonly at: number | undefined } {
    return this.#whole;
  }

  /** What this dock itself has cosigned, and no other past. */
  latest(): CheckpointInHand | undefined {
    return this.#latest;
  }

  start(): void {
    if (this.#stopped.signal.aborted) return;
    this.#running = this.#turn().then(() => {
      if (!this.#stopped.signal.aborted)
        this.#timer = this.#parts.clock.after(this.#parts.everyMs, () => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#timer?.cancel();
    await this.#running;
    this.#parts.link.close();
  }

  async #turn(): Promise<void> {
    const { signal } = this.#stopped;
    try {
      await this.#look(signal);
    } catch (err) {
      this.#latest = undefined;
      if (signal.aborted) return;
      // An archive that is away is the bays' alarm; here it is tried again.
      const level = archiveFailureOf(err) === 'archive-unreachable' ? 'debug' : 'warn';
      this.#parts.log[level]({ err }, 'the archive’s log could not be witnessed');
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { link, witness, state, trust, clock } = this.#parts;
    const asked = state.all();
    const latest = await link.latest(signal);
    const { checkpoint, verifier } = openCustodyCheckpoint(latest, { ...trust, at: clock.wall() });
    const { origin, size } = checkpoint;
    witness.know(origin, [verifier]);
    const held = asked.get(origin);
    if (held !== undefined && size < held.size) {
      const why = `it has gone back from ${held.size} to ${size} entries`;
      this.#latest = undefined;
      witness.forked(origin, latest.note, why);
      return;
    }
    const isKnown = held?.size === size && equalBytes(held.root, checkpoint.root);
    if (!isKnown || !state.isDelivered(origin)) await this.#cosign(latest, checkpoint, held, signal);
    else this.#isWhole(origin, size, latest);
  }

  async #cosign(
    latest: ArchiveNote,
    { origin, size }: Checkpoint,
    held: HeldCheckpoint | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { link, witness, state, evidence, log } = this.#parts;
    const old = held?.size ?? 0;
    const body =
      old === size
        ? formatAddCheckpoint({ old, proof: [], checkpoint: latest.note })
        : await link.growth(old, size, signal);
    const answer = witness.answer(body);
    // Nobody but the archive itself has brought this proof.
    if (answer.status === 422) witness.forked(origin, asText(body), answer.body.trim());
    if (answer.status !== 200) {
      this.#latest = undefined;
      return;
    }
    await link.deliver({ size, cosignatures: answer.body, evidence: [...evidence] }, signal);
    state.delivered(origin, size);
    this.#isWhole(origin, size, latest);
    log.info({ origin, size }, 'checkpoint cosigned');
  }

  #isWhole(origin: string, entries: number, delivery: ArchiveNote): void {
    this.#latest = { origin, size: entries, delivery };
    this.#whole = { entries, at: Date.parse(this.#parts.clock.wall()) };
    this.#parts.witness.wellAgain(origin);
  }
}

function asText(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}
