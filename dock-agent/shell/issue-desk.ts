import type { Roster, RosterOfficer } from '@mingjing/protocol';
import {
  bestFirst,
  findOfficer,
  isRecommended,
  mayEnforce,
  mayTake,
  officerName,
  preUseCheck,
  type PreUseLimits,
} from '../core/issue-rules.ts';
import type {
  Issued,
  IssueDesk,
  IssueRefusal,
  IssueRefusalCode,
  Offer,
  Returned,
  SignedIn,
} from '../ports/issue-desk.ts';
import type { PinHash } from '../ports/pin-hash.ts';
import type { RosterSource } from '../ports/roster-source.ts';
import { BayBoard } from './bay-board.ts';
import type { ToldCondition } from './care.ts';
import { DeskSessions } from './desk-sessions.ts';
import { HandOverWork, type HandOverParts } from './hand-over-work.ts';
import { PinCheck } from './pin-check.ts';

export interface IssueDeskParts extends HandOverParts {
  readonly roster: RosterSource;
  readonly pins: PinHash;
  readonly limits: PreUseLimits;
}

/** 领用 and 归还 at this dock: the roster says who may, the camera's journal what was done, the ledger both. */
export class DockIssueDesk implements IssueDesk {
  readonly board = new BayBoard();
  readonly #parts: IssueDeskParts;
  readonly #sessions: DeskSessions;
  readonly #pins: PinCheck;
  readonly #work: HandOverWork;

  constructor(parts: IssueDeskParts) {
    this.#parts = parts;
    this.#sessions = new DeskSessions(parts.clock);
    this.#pins = new PinCheck(parts.store, parts.pins, parts.clock);
    this.#work = new HandOverWork(parts);
  }

  /** What a camera says of itself. Never throws. */
  learn(told: ToldCondition): void {
    this.board.tell(told, this.#parts.clock.wall());
    this.#work.learn(told);
  }

  async signIn(number: string, pin: string): Promise<SignedIn | IssueRefusal> {
    return await this.#admit(number, (officer) => this.#pins.check(officer, pin));
  }

  async setPin(number: string, pin: string): Promise<SignedIn | IssueRefusal> {
    return await this.#admit(number, (officer) => this.#pins.set(officer, pin));
  }

  async offers(session: string): Promise<readonly Offer[] | IssueRefusal> {
    const found = await this.#enforcing(session);
    if (isRefusal(found)) return found;
    const offers = this.board.places().flatMap(({ bay, device, state, told }): Offer[] => {
      if (state !== 'ready' || told === undefined || this.#work.isBusy(device)) return [];
      const { condition, at } = told;
      if (!mayTake(condition.officer?.number, found.officer, found.roster)) return [];
      const check = preUseCheck(condition, at, this.#parts.limits);
      return [{ device, bay, check, recommended: isRecommended(check, condition) }];
    });
    return bestFirst(offers);
  }

  async take(session: string, device: string): Promise<Issued | IssueRefusal> {
    const found = await this.#enforcing(session);
    if (isRefusal(found)) return found;
    const { officer, roster } = found;
    const place = this.board.find(device);
    if (place === undefined) return no('camera-not-here');
    if (place.state !== 'ready') return no('camera-not-ready');
    const done = await this.#work.handOver(place, officer, 'taken', ({ officer: holder }) =>
      mayTake(holder?.number, officer, roster) ? undefined : 'camera-taken',
    );
    if (typeof done === 'string') return no(done);
    const check = preUseCheck(done.condition, done.at, this.#parts.limits);
    return { ok: true, device, bay: place.bay, check };
  }

  async giveBack(session: string, device: string): Promise<Returned | IssueRefusal> {
    const found = await this.#signedIn(session);
    if (isRefusal(found)) return found;
    const { officer } = found;
    const place = this.board.find(device);
    if (place === undefined) return no('camera-not-here');
    if (place.state === 'refused' || place.state === 'unknown') return no('camera-not-ready');
    const done = await this.#work.handOver(place, officer, 'returned', ({ officer: holder }) =>
      holder?.number === officer.number ? undefined : 'not-held',
    );
    return typeof done === 'string' ? no(done) : { ok: true, device };
  }

  signOut(session: string): void {
    this.#sessions.end(session);
  }

  /** Nothing is under way any more when it resolves. */
  async close(): Promise<void> {
    await this.#work.close();
  }

  async #admit(
    typed: string,
    ask: (officer: RosterOfficer) => Promise<IssueRefusal | undefined>,
  ): Promise<SignedIn | IssueRefusal> {
    const found = await this.#find(typed.trim());
    if (isRefusal(found)) return found;
    const { officer } = found;
    const holds = this.#parts.store.heldBy(officer.number);
    // Who has a camera still must be able to bring it back.
    if (holds.length === 0 && !this.#mayEnforce(officer)) return no('certificate-expired');
    const refusal = await ask(officer);
    if (refusal !== undefined) return refusal;
    return { ok: true, session: this.#sessions.begin(officer.number), officer: officerName(officer), holds };
  }

  /** Signed in, with a certificate that is valid today (F-11). */
  async #enforcing(session: string): Promise<Found | IssueRefusal> {
    const found = await this.#signedIn(session);
    return isRefusal(found) || this.#mayEnforce(found.officer) ? found : no('certificate-expired');
  }

  async #signedIn(session: string): Promise<Found | IssueRefusal> {
    const number = this.#sessions.officer(session);
    return number === undefined ? no('session-ended') : await this.#find(number);
  }

  /** Looked up each time: who is struck off the roster takes no camera from then on. */
  async #find(typed: string): Promise<Found | IssueRefusal> {
    const roster = await this.#parts.roster.current();
    if (roster === undefined) return no('no-roster');
    const officer = findOfficer(roster, typed);
    return officer === undefined ? no('unknown-officer') : { officer, roster };
  }

  #mayEnforce(officer: RosterOfficer): boolean {
    return mayEnforce(officer, localDate(this.#parts.clock.wall()));
  }
}

interface Found {
  readonly officer: RosterOfficer;
  readonly roster: Roster;
}

/** The day it is where the dock stands, RFC 3339. */
function localDate(wall: string): string {
  const at = new Date(wall);
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

function isRefusal(value: Found | IssueRefusal): value is IssueRefusal {
  return 'ok' in value;
}

function no(code: IssueRefusalCode): IssueRefusal {
  return { ok: false, code };
}
