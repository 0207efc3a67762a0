import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { Clock } from '../../device/ports/clock.ts';

/** The real clock, which can be put forward. */
export class TurnableClock implements Clock {
  readonly #system = new SystemClock();
  readonly boot = this.#system.boot;
  ahead = 0;

  now(): ReturnType<Clock['now']> {
    const { at, mono } = this.#system.now();
    return { at, mono: mono + this.ahead };
  }

  state(): ReturnType<Clock['state']> {
    return { source: 'free-running' };
  }
}
