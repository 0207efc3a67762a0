import { randomBytes } from 'node:crypto';
import type { ClockState } from '@mingjing/protocol';
import { addMillis, type Moment } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** The real monotonic clock, and a wall clock that can be set. */
export class ScriptedClock implements Clock {
  readonly boot = randomBytes(16).toString('hex');
  readonly #began = Date.now() - Math.floor(performance.now());
  #offsetMs: number;

  constructor(offsetMs = 0) {
    this.#offsetMs = offsetMs;
  }

  now(): Moment {
    const mono = Math.floor(performance.now());
    return { at: addMillis(new Date(this.#began).toISOString(), mono + this.#offsetMs), mono };
  }

  state(): ClockState {
    return { source: 'free-running' };
  }

  stepWall(millis: number): void {
    this.#offsetMs += millis;
  }
}
