import type { ClockState } from '@mingjing/protocol';
import {
  clockStateAt,
  observeSystem,
  startDiscipline,
  systemWasSet,
  timeAt,
  weigh,
  type ClockDiscipline,
  type DisciplineSettings,
  type TimeVerdict,
} from '../core/clock-discipline.ts';
import type { TimeReading } from '../core/time-reading.ts';
import type { Moment } from '../core/time.ts';
import type { AdvisedClock, Clock } from '../ports/clock.ts';

/**
 * Our own time over the system's clocks. Until somebody vouches for it the system's wall clock is followed; from then
 * on the monotonic clock alone carries it, and whoever sets the system's clock moves nothing here. Needs no privilege.
 */
export class DisciplinedClock implements AdvisedClock {
  readonly #system: Clock;
  #state: ClockDiscipline;
  #settingSystem = false;

  constructor(system: Clock, settings: DisciplineSettings) {
    this.#system = system;
    this.#state = startDiscipline(settings);
  }

  get boot(): string {
    return this.#system.boot;
  }

  now(): Moment {
    const system = this.#look();
    if (this.#state.anchor === undefined) return system;
    return { at: new Date(Math.round(timeAt(this.#state, system))).toISOString(), mono: system.mono };
  }

  state(): ClockState {
    return clockStateAt(this.#state, this.#look().mono);
  }

  holdTo(lastEntryAt: string): void {
    this.#state = startDiscipline(this.#state.settings, lastEntryAt);
  }

  take(reading: TimeReading): TimeVerdict {
    const { state, verdict } = weigh(this.#state, reading, this.#look());
    this.#state = state;
    return verdict;
  }

  /** Sets the system's clock by `set`, which is given our time, and does not take its jump for anybody else's. */
  async settingSystem(set: (at: string) => Promise<void>): Promise<void> {
    this.#settingSystem = true;
    try {
      await set(this.now().at);
    } finally {
      this.#settingSystem = false;
      this.#state = systemWasSet(this.#state, this.#system.now());
    }
  }

  #look(): Moment {
    const system = this.#system.now();
    if (!this.#settingSystem) this.#state = observeSystem(this.#state, system);
    return system;
  }
}
