import type { RosterOfficer } from '@mingjing/protocol';
import { countFailure, isPin, isTooSimple, lockedUntil, settled, type PinRecord } from '../core/pins.ts';
import type { IssueRefusal, IssueRefusalCode } from '../ports/issue-desk.ts';
import type { Clock } from '../ports/clock.ts';
import type { IssueStore } from '../ports/issue-store.ts';
import type { PinHash } from '../ports/pin-hash.ts';

/**
 * INVARIANT: a wrong PIN is counted, durably, before the PIN is looked at, and one PIN is looked at at a time: neither a
 * power cut nor many hands at once give more guesses than the lock allows.
 */
export class PinCheck {
  readonly #store: Pick<IssueStore, 'pin' | 'keepPin'>;
  readonly #hash: PinHash;
  readonly #clock: Pick<Clock, 'wall'>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Pick<IssueStore, 'pin' | 'keepPin'>, hash: PinHash, clock: Pick<Clock, 'wall'>) {
    this.#store = store;
    this.#hash = hash;
    this.#clock = clock;
  }

  /** undefined: it is right. */
  check(officer: RosterOfficer, pin: string): Promise<IssueRefusal | undefined> {
    return this.#inTurn(() => this.#check(officer, pin));
  }

  /** undefined: it is set. */
  set(officer: RosterOfficer, pin: string): Promise<IssueRefusal | undefined> {
    return this.#inTurn(() => this.#set(officer, pin));
  }

  async #check(officer: RosterOfficer, pin: string): Promise<IssueRefusal | undefined> {
    const kept = this.#kept(officer);
    if (kept === undefined) return no('pin-not-set');
    const now = Date.parse(this.#clock.wall());
    const record = settled(kept, now);
    const until = lockedUntil(record, now);
    if (until !== undefined) {
      if (record !== kept) this.#store.keepPin(officer.number, record);
      return locked(until);
    }
    if (!isPin(pin)) return no('wrong-pin');
    const counted = countFailure(record, now);
    this.#store.keepPin(officer.number, counted);
    const isRight = this.#hash.equal(await this.#hash.hash(pin, record.salt), record.hash);
    if (isRight) {
      this.#store.keepPin(officer.number, { ...record, failures: 0 });
      return undefined;
    }
    const since = lockedUntil(counted, now);
    return since === undefined ? no('wrong-pin') : locked(since);
  }

  async #set(officer: RosterOfficer, pin: string): Promise<IssueRefusal | undefined> {
    const { number, pinEpoch: epoch = 0 } = officer;
    if (this.#kept(officer) !== undefined) return no('pin-already-set');
    if (isTooSimple(pin, number)) return no('pin-too-simple');
    const salt = this.#hash.freshSalt();
    const hash = await this.#hash.hash(pin, salt);
    this.#store.keepPin(number, { salt, hash, epoch, failures: 0, failedAt: 0 });
    return undefined;
  }

  /** One that was set before the agency voided it is none. */
  #kept({ number, pinEpoch = 0 }: RosterOfficer): PinRecord | undefined {
    const kept = this.#store.pin(number);
    return kept === undefined || kept.epoch < pinEpoch ? undefined : kept;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function no(code: IssueRefusalCode): IssueRefusal {
  return { ok: false, code };
}

function locked(until: number): IssueRefusal {
  return { ok: false, code: 'locked', until: new Date(until).toISOString() };
}
