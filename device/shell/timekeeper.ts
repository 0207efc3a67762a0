import type { TimeClaim } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { ClockStep } from '../core/clock-rules.ts';
import type { TimeReading } from '../core/time-reading.ts';
import type { AdvisedClock } from '../ports/clock.ts';
import type { Alarms } from './alarms.ts';

/** A dock's clock is set by people and their networks, whatever the dock says of it. */
const LEAST_DOCK_UNCERTAINTY_MS = 1_000;

/** Takes what is said about the time to the clock, and what came of it to journal, people and log. */
export class Timekeeper {
  readonly #clock: AdvisedClock;
  readonly #alarms: Alarms;
  readonly #log: Log;
  #stepped: ((step: ClockStep) => void) | undefined;
  /** A dock has set the clock, in this docking. */
  #setByDock = false;

  constructor(clock: AdvisedClock, alarms: Alarms, log: Log) {
    this.#clock = clock;
    this.#alarms = alarms;
    this.#log = log;
  }

  /** Nothing is believed before: a step must find a journal that is recovered. `stepped` journals it. */
  begin(stepped: (step: ClockStep) => void): void {
    this.#stepped = stepped;
  }

  /** Nothing is believed any more: the journal is about to be closed. */
  end(): void {
    this.#stepped = undefined;
  }

  /** Gives whether it was believed, or at least did not contradict what is known. Never throws. */
  take(reading: TimeReading): boolean {
    if (this.#stepped === undefined) return false;
    const verdict = this.#clock.take(reading);
    switch (verdict.kind) {
      case 'stepped': {
        const { before, after } = verdict;
        if (reading.source === 'dock') this.#setByDock = true;
        this.#log.warn({ source: reading.source, before, after }, 'the clock was set');
        this.#stepped({ before, after });
        return true;
      }
      case 'adopted':
        this.#log.debug({ ...this.#clock.state() }, 'the clock is confirmed');
        return true;
      case 'kept':
        return true;
      case 'awaiting':
        return false;
      case 'implausible':
        if (verdict.first) this.#alarms.raise('clock-implausible', 'warning', verdict.detail);
        return false;
      default:
        return verdict satisfies never;
    }
  }

  /** A docking begins. */
  docked(): void {
    this.#setByDock = false;
  }

  /**
   * What a dock says. It moves the clock once a docking: or it could fill the journal with steps to and fro. It looked at its clock `lateMs` ago at most, and just now at
   * least: the middle is taken.
   */
  takeFromDock({ at, uncertainty }: TimeClaim, lateMs: number): boolean {
    const half = lateMs / 2;
    return this.take({
      source: 'dock',
      at: shifted(at, half),
      mono: this.#clock.now().mono,
      uncertainty: Math.max(LEAST_DOCK_UNCERTAINTY_MS, uncertainty) + Math.ceil(half),
      mayStep: !this.#setByDock,
    });
  }
}

/** A claim that its pattern lets through and no calendar has stays what it is: no time. */
function shifted(at: string, millis: number): string {
  const moved = Date.parse(at) + Math.round(millis);
  return Number.isNaN(moved) ? at : new Date(moved).toISOString();
}
