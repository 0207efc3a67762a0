import { setImmediate as yieldTurn, setTimeout as delay } from 'node:timers/promises';
import { fillBucket, spend, waitFor, type TokenBucket } from '../core/token-bucket.ts';

const SLICE_BYTES = 16 * 1024;
/** Slices a second at least, so that a slow line is not taken for a dead one. */
const SLICES_A_SECOND = 4;

/**
 * What the uplink may send, and when. One for all that it sends: what was sent without asking, a page of the journal,
 * is waited for before the next byte.
 */
export class Pace {
  readonly #rate: () => number;
  readonly #now: () => number;
  #bucket: TokenBucket;

  /** `rate`: bytes a second at this moment; `now`: millis. */
  constructor(rate: () => number, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#bucket = { bytes: 0, at: now() };
  }

  spent(bytes: number): void {
    this.#bucket = spend(this.#bucket, bytes);
  }

  /**
   * The same bytes, in small slices, at the rate of the moment. After each the others have their turn: a recording
   * never waits for more than one. Ends early by an error when `signal` aborts.
   */
  async *slow(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      for (let from = 0; from < piece.length;) {
        const slice = piece.subarray(from, from + this.#sliceBytes());
        await this.#turn(signal);
        this.spent(slice.length);
        from += slice.length;
        yield slice;
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const rate = this.#rate();
      this.#bucket = fillBucket(this.#bucket, rate, this.#now());
      const ms = waitFor(this.#bucket, rate);
      if (ms === 0) break;
      // In short steps: the rate may change meanwhile.
      await delay(Math.min(ms, 1000), undefined, { signal });
    }
    await yieldTurn();
  }

  #sliceBytes(): number {
    return Math.max(256, Math.min(SLICE_BYTES, Math.floor(this.#rate() / SLICES_A_SECOND)));
  }
}
