import type { ClockState } from '@mingjing/protocol';
import type { Moment } from '../core/time.ts';

export interface Clock {
  /** Random, 32 hexadecimal characters: names the time since `mono` was 0. */
  readonly boot: string;
  /** `mono` is whole milliseconds and MUST NOT run backwards, whatever is done to the wall clock. */
  now(): Moment;
  /** Who says what time it is. */
  state(): ClockState;
}
