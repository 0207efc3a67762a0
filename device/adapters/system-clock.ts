import { randomBytes } from 'node:crypto';
import type { ClockState } from '@mingjing/protocol';
import type { Moment } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';

/** The system's wall clock, and the kernel's monotonic clock since this process began. */
export class SystemClock implements Clock {
  readonly boot = randomBytes(16).toString('hex');

  now(): Moment {
    return { at: new Date().toISOString(), mono: Math.floor(performance.now()) };
  }

  /** Nobody has set it while this program runs: so nobody vouches for it. */
  state(): ClockState {
    return { source: 'free-running' };
  }
}
