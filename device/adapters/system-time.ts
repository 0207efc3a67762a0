import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ClockState } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Moment } from '../core/time.ts';

const run = promisify(execFile);
const EVERY_MS = 60_000;
const FIRST_MS = 5_000;
/** Less than this, or than what our own time may be off, is not worth a jump for every other program. */
const LEAST_MS = 2_000;
const PATIENCE_MS = 5_000;

/** Ours: a clock that somebody vouched for, which does not take our own setting of the system's for anybody else's. */
export interface VouchedClock {
  now(): Moment;
  state(): ClockState;
  settingSystem(set: (at: string) => Promise<void>): Promise<void>;
}

/**
 * Sets the system's clock by ours. For machines without a battery-backed clock: TLS judges certificates by the system's
 * time, and one that falls behind by every night in the drawer ends with docks whose certificates are "not yet valid".
 * By `date`, since Node cannot; without CAP_SYS_TIME it fails, is told once, and does no harm.
 */
export class SystemTime {
  readonly #clock: VouchedClock;
  readonly #log: Log;
  readonly #program: string;
  readonly #timer: NodeJS.Timeout;
  readonly #first: NodeJS.Timeout;
  #setting = false;
  #failed = false;

  constructor(clock: VouchedClock, log: Log, program = 'date') {
    this.#clock = clock;
    this.#log = log;
    this.#program = program;
    this.#first = setTimeout(() => void this.adjust(), FIRST_MS).unref();
    this.#timer = setInterval(() => void this.adjust(), EVERY_MS).unref();
  }

  /** Never rejects. */
  async adjust(): Promise<void> {
    const { source, uncertainty = Infinity } = this.#clock.state();
    const off = Math.abs(Date.parse(this.#clock.now().at) - Date.now());
    if (this.#setting || source === 'free-running' || off <= Math.max(LEAST_MS, uncertainty)) return;
    this.#setting = true;
    try {
      await this.#clock.settingSystem(async (at) => {
        await run(this.#program, ['--utc', `--set=${at}`], { timeout: PATIENCE_MS });
      });
      this.#log.warn({ off }, "the system's clock was set");
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) this.#log.error({ err: error, off }, "the system's clock could not be set");
      this.#failed = true;
    } finally {
      this.#setting = false;
    }
  }

  close(): void {
    clearTimeout(this.#first);
    clearInterval(this.#timer);
  }
}
