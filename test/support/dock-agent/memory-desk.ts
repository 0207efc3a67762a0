import { randomBytes, toHex } from '@mingjing/protocol';
import type {
  Issued,
  IssueDesk,
  IssueRefusal,
  IssueRefusalCode,
  Offer,
  OfficerName,
  Returned,
  SignedIn,
} from '../../../dock-agent/ports/issue-desk.ts';

const FREE_TRIES = 5;
const SESSION_MS = 60_000;

interface Held {
  readonly offer: Offer;
  holder: string | undefined;
}

/** The desk's contract in memory, for pages: two officers, and the cameras a test puts in. */
export class MemoryDesk implements IssueDesk {
  readonly cameras = new Map<string, Held>();
  readonly pins = new Map<string, string>();
  /** Answers the next take or return so. */
  refuseNext: IssueRefusalCode | undefined;
  readonly #officers: ReadonlyMap<string, OfficerName>;
  readonly #sessions = new Map<string, { officer: string; until: number }>();
  readonly #wrong = new Map<string, number>();
  readonly #now: () => number;

  constructor(officers: readonly OfficerName[], now: () => number = Date.now) {
    this.#officers = new Map(officers.map((officer) => [officer.number, officer]));
    this.#now = now;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  put(offer: Offer, holder?: string): void {
    this.cameras.set(offer.device, { offer, holder });
  }

  signIn(number: string, pin: string): Promise<SignedIn | IssueRefusal> {
    const known = this.#known(number);
    if ('ok' in known) return Promise.resolve(known);
    const set = this.pins.get(number);
    if (set === undefined) return no('pin-not-set');
    const wrong = this.#wrong.get(number) ?? 0;
    if (wrong >= FREE_TRIES)
      return Promise.resolve({
        ok: false,
        code: 'locked',
        until: new Date(this.#now() + 60_000).toISOString(),
      });
    if (set !== pin) {
      this.#wrong.set(number, wrong + 1);
      return no('wrong-pin');
    }
    return Promise.resolve(this.#begin(known));
  }

  setPin(number: string, pin: string): Promise<SignedIn | IssueRefusal> {
    const known = this.#known(number);
    if ('ok' in known) return Promise.resolve(known);
    if (this.pins.has(number)) return no('pin-already-set');
    if (pin.length < 4 || /^(\d)\1*$/.test(pin) || '0123456789'.includes(pin)) return no('pin-too-simple');
    this.pins.set(number, pin);
    return Promise.resolve(this.#begin(known));
  }

  offers(session: string): Promise<readonly Offer[] | IssueRefusal> {
    if (this.#officer(session) === undefined) return no('session-ended');
    const free = [...this.cameras.values()].filter(({ holder }) => holder === undefined);
    return Promise.resolve(free.map(({ offer }) => offer));
  }

  take(session: string, device: string): Promise<Issued | IssueRefusal> {
    const officer = this.#officer(session);
    if (officer === undefined) return no('session-ended');
    if (this.refuseNext !== undefined) return this.#refuse();
    const camera = this.cameras.get(device);
    if (camera === undefined) return no('camera-not-here');
    if (camera.holder !== undefined) return no('camera-taken');
    camera.holder = officer;
    const { bay, check } = camera.offer;
    return Promise.resolve({ ok: true, device, bay, check });
  }

  giveBack(session: string, device: string): Promise<Returned | IssueRefusal> {
    const officer = this.#officer(session);
    if (officer === undefined) return no('session-ended');
    if (this.refuseNext !== undefined) return this.#refuse();
    const camera = this.cameras.get(device);
    if (camera === undefined) return no('camera-not-here');
    if (camera.holder !== officer) return no('not-held');
    camera.holder = undefined;
    return Promise.resolve({ ok: true, device });
  }

  signOut(session: string): void {
    this.#sessions.delete(session);
  }

  #refuse(): Promise<IssueRefusal> {
    const code = this.refuseNext ?? 'camera-refused';
    this.refuseNext = undefined;
    return no(code);
  }

  #known(number: string): OfficerName | IssueRefusal {
    return this.#officers.get(number) ?? { ok: false, code: 'unknown-officer' };
  }

  #begin(officer: OfficerName): SignedIn {
    this.#wrong.delete(officer.number);
    const session = toHex(randomBytes(16));
    this.#sessions.set(session, { officer: officer.number, until: this.#now() + SESSION_MS });
    const holds = [...this.cameras].filter(([, { holder }]) => holder === officer.number);
    return { ok: true, session, officer, holds: holds.map(([device]) => device) };
  }

  #officer(session: string): string | undefined {
    const found = this.#sessions.get(session);
    if (found === undefined || this.#now() >= found.until) return undefined;
    found.until = this.#now() + SESSION_MS;
    return found.officer;
  }
}

function no(code: IssueRefusalCode): Promise<IssueRefusal> {
  return Promise.resolve({ ok: false, code });
}
