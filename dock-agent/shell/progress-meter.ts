import { transferTotals, type Transfer } from '@mingjing/protocol';
import { nextPace, remaining, startPace, type Pace } from '../core/remaining.ts';
import type { Clock } from '../ports/clock.ts';
import type { BayProgress } from '../ports/messages.ts';

const INTERVAL_MS = 1_000;

/** Tells how far a bay has come, at most once a second, and always how it ended. */
export class ProgressMeter {
  readonly #bay: number;
  readonly #clock: Clock;
  readonly #tell: (progress: BayProgress) => void;
  #camera: string | undefined;
  #transfer: Transfer | undefined;
  /** Bytes of the object that is under way. */
  #partial = 0;
  #pace: Pace | undefined;
  #told = Number.NEGATIVE_INFINITY;
  #due: { cancel(): void } | undefined;

  constructor(bay: number, clock: Clock, tell: (progress: BayProgress) => void) {
    this.#bay = bay;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** After each step of a transfer. */
  update(camera: string, transfer: Transfer): void {
    if (transfer === this.#transfer) return;
    this.#camera = camera;
    this.#transfer = transfer;
    this.#partial = 0;
    this.#wish();
  }

  add(bytes: number): void {
    this.#partial += bytes;
    this.#wish();
  }

  /** Another camera, or none: nothing more is told of this one. */
  reset(): void {
    this.#due?.cancel();
    this.#due = undefined;
    this.#transfer = undefined;
    this.#pace = undefined;
    this.#partial = 0;
  }

  #wish(): void {
    if (this.#transfer?.archive === undefined || this.#due !== undefined) return;
    const wait = this.#told + INTERVAL_MS - this.#clock.now();
    if (wait <= 0) {
      this.#now();
    } else {
      this.#due = this.#clock.after(wait, () => {
        this.#due = undefined;
        this.#now();
      });
    }
  }

  #now(): void {
    if (this.#transfer === undefined || this.#camera === undefined) return;
    const { bytes, totalBytes, ...objects } = transferTotals(this.#transfer);
    const done = Math.min(totalBytes, bytes + this.#partial);
    const at = this.#clock.now();
    this.#told = at;
    this.#pace = this.#pace === undefined ? startPace(at, done) : nextPace(this.#pace, at, done);
    this.#tell({
      bay: this.#bay,
      camera: this.#camera,
      bytes: done,
      totalBytes,
      ...objects,
      remaining: remaining(this.#pace, totalBytes - done),
    });
  }
}
