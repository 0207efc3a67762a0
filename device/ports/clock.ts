import type { ClockState } from '@mingjing/protocol';
import type { TimeVerdict } from '../core/clock-discipline.ts';
import type { TimeReading } from '../core/time-reading.ts';
import type { Moment } from '../core/time.ts';

export interface Clock {
  /** Random, 32 hexadecimal characters: names the time since `mono` was 0. */
  readonly boot: string;
  /** `mono` is whole milliseconds and MUST NOT run backwards, whatever is done to the wall clock. */
  now(): Moment;
  /** Who says what time it is. */
  state(): ClockState;
}

/** A clock that can be told what time it is. It decides whom it believes: core/clock-discipline.ts. */
export interface AdvisedClock extends Clock {
  /** Once, before the first reading: the time the journal has left behind. */
  holdTo(lastEntryAt: string): void;
  /** The clock has moved, if it moves, when this returns. Takes anything; never throws. */
  take(reading: TimeReading): TimeVerdict;
}
