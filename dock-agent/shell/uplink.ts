import { archiveFailureOf, PeerRefusal } from '@mingjing/runtime';
import type { Clock } from '../ports/clock.ts';

/** How long a dead line is left alone: no bay hangs on it, and it is soon found when it is back. */
const PROBE_MS = 10_000;

/** Whether the archive answers, as all bays and the forwarder together have found. */
export class Uplink {
  readonly probeMs: number;
  readonly #clock: Clock;
  #downSince: number | undefined;
  #probeAt = 0;

  constructor(clock: Clock, probeMs = PROBE_MS) {
    this.#clock = clock;
    this.probeMs = probeMs;
  }

  get up(): boolean {
    return this.#downSince === undefined;
  }

  /** True for everybody while it is up; while it is down, for one at a time. */
  worthTrying(): boolean {
    const now = this.#clock.now();
    if (this.up) return true;
    if (now < this.#probeAt) return false;
    this.#probeAt = now + this.probeMs;
    return true;
  }

  answered(): void {
    this.#downSince = undefined;
  }

  /** Takes note of an error on the line; true if it means that nobody answers. */
  failed(error: unknown): boolean {
    if (error instanceof PeerRefusal) this.answered();
    if (archiveFailureOf(error) !== 'archive-unreachable') return false;
    const now = this.#clock.now();
    this.#downSince ??= now;
    this.#probeAt = now + this.probeMs;
    return true;
  }
}
