import { randomBytes } from 'node:crypto';
import type { ClockState } from '@mingjing/protocol';
import { addMillis, type Moment } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** The real monotonic clock, and a wall clock that can be set. */
export class ScriptedClock implements Clock {
  readonly boot = randomBytes(16).toString('hex');
  readonly #began = Date.now() - Math.floor(performance.now());
  #offsetMs: number;
  #passedMs = 0;

  constructor(offsetMs = 0) {
    this.#offsetMs = offsetMs;
  }

  now(): Moment {
    const mono = Math.floor(performance.now()) + this.#passedMs;
    return { at: addMillis(new Date(this.#began).toISOString(), mono + this.#offsetMs), mono };
  }

  state(): ClockState {
    return { source: 'free-running' };
  }

  /** Both clocks go on by so much at once. */
  passTime(millis: number): void {
    this.#passedMs += millis;
  }

  stepWall(millis: number): void {
    this.#offsetMs += millis;
  }
}
