import type { Moment } from './time.ts';
import { addMillis } from './time.ts';

/** Slower than any quartz drifts, so that the estimate follows a camera whose clock is a little slow. */
const DRIFT_PPM = 200;

/**
 * When the first sample of a fragment was taken. A fragment arrives some time after its last sample, never
 * before it: so the least delay seen is the best estimate of where media time lies on the monotonic clock.
 */
export class FragmentClock {
  #offset = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #lastArrival = 0;

  /** `startMs`, `endMs`: the fragment on the capture's own timeline; `arrival`: when it was here. */
  momentOf(startMs: number, endMs: number, arrival: Moment): Moment {
    const drift = ((arrival.mono - this.#lastArrival) * DRIFT_PPM) / 1_000_000;
    this.#lastArrival = arrival.mono;
    this.#offset = Math.min(this.#offset + drift, arrival.mono - endMs);
    const mono = Math.max(0, this.#last, Math.round(this.#offset + startMs));
    this.#last = mono;
    return { mono, at: addMillis(arrival.at, mono - arrival.mono) };
  }
}
