import { randomBytes } from 'node:crypto';
import type { AlarmCode } from '../core/alarm-codes.ts';
import { AlarmLimiter } from '../core/alarm-limiter.ts';
import type { Severity } from '../core/commands.ts';
import type { CameraPorts } from './camera-ports.ts';

const PERIOD_MS = 60_000;
const MAX_DETAIL_CHARACTERS = 1_000;

/** Tells everybody that something is wrong: log, journal, broker. */
export class Alarms {
  readonly #ports: CameraPorts;
  readonly #limiter = new AlarmLimiter(PERIOD_MS);

  constructor(ports: CameraPorts) {
    this.#ports = ports;
  }

  /** Never throws: an alarm about a full disk may not fit on it. */
  raise(code: AlarmCode, severity: Severity, detail?: string): void {
    const { clock, journal, log, messages } = this.#ports;
    const { at, mono } = clock.now();
    log.warn({ alarm: code, severity, detail }, 'alarm');
    const suppressed = this.#limiter.admit(code, mono);
    if (suppressed === undefined) return;
    const count = suppressed === 0 ? '' : `${suppressed} more before this one`;
    const told = [detail, count].filter(Boolean).join('; ').slice(0, MAX_DETAIL_CHARACTERS);
    const extra = told === '' ? {} : { detail: told };
    try {
      journal.append({ type: 'alarm', code, ...extra });
    } catch (err) {
      log.error({ err, alarm: code }, 'an alarm could not be journaled');
    }
    messages.alarm({ at, id: randomBytes(16).toString('hex'), code, severity, ...extra });
  }
}
