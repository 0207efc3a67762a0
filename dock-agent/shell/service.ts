import { RuntimeError, type Log } from '@mingjing/runtime';
import type { LogLine, ServiceDesk } from '../ports/service-desk.ts';
import type { BaySwitch } from './bay-switch.ts';
import type { RecentLog } from './recent-log.ts';

export interface ServiceParts {
  readonly switches: ReadonlyMap<number, BaySwitch>;
  readonly recent: RecentLog;
  /** Makes durable which bays are off. */
  readonly keep: (off: readonly number[]) => void;
  readonly onSwitched: (bay: number, on: boolean) => void;
  readonly log: Log;
}

/** What the service page does. Everything done is in the log. */
export class Service implements ServiceDesk {
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  log(): readonly LogLine[] {
    return this.#parts.recent.lines();
  }

  retry(bay: number): boolean {
    const found = this.#parts.switches.get(bay);
    if (found === undefined || !found.on) return false;
    this.#parts.log.info({ bay }, 'a technician has this bay begin anew');
    found.shake();
    return true;
  }

  switchBay(bay: number, on: boolean): boolean {
    const { switches, keep, onSwitched, log } = this.#parts;
    const found = switches.get(bay);
    if (found === undefined) return false;
    log.warn({ bay, on }, 'a technician has switched this bay');
    found.turn(on);
    onSwitched(bay, on);
    try {
      keep([...switches].filter(([, one]) => !one.on).map(([number]) => number));
    } catch (cause) {
      log.error({ err: cause, bay }, 'which bays are off could not be kept');
      throw new RuntimeError('storage-failed', 'which bays are off could not be kept', { cause });
    }
    return true;
  }
}
