import { createHash, randomBytes } from 'node:crypto';
import {
  afterEntry,
  afterExit,
  afterFailure,
  afterUse,
  CLOSED_DOOR,
  closedUntil,
  isOpenTo,
  type DoorState,
} from '../../core/technician-rules.ts';

export type Entry =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly code: 'wrong-passphrase' }
  | { readonly ok: false; readonly code: 'closed'; readonly waitMs: number };

/** The service page's door: sessions of this process. Only hashes of secrets are kept, one passphrase is tried at a time. */
export class TechnicianDoor {
  readonly #isRight: (passphrase: string) => Promise<boolean>;
  /** Milliseconds of a clock that never runs backwards. */
  readonly #now: () => number;
  #state: DoorState = CLOSED_DOOR;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(isRight: (passphrase: string) => Promise<boolean>, now: () => number) {
    this.#isRight = isRight;
    this.#now = now;
  }

  /** In the order they came, so that nobody tries twice while the first try is being weighed. */
  enter(passphrase: string): Promise<Entry> {
    const entry = this.#turn.then(() => this.#try(passphrase));
    this.#turn = entry.catch(() => undefined);
    return entry;
  }

  /** May look on: the session ends as soon as if it had not. */
  admits(secret: string): boolean {
    return isOpenTo(this.#state, digest(secret), this.#now());
  }

  /** May do something, which is a use of the session. */
  knows(secret: string): boolean {
    const next = afterUse(this.#state, digest(secret), this.#now());
    this.#state = next ?? this.#state;
    return next !== undefined;
  }

  leave(secret: string): void {
    this.#state = afterExit(this.#state, digest(secret));
  }

  async #try(passphrase: string): Promise<Entry> {
    const waitMs = closedUntil(this.#state) - this.#now();
    if (waitMs > 0) return { ok: false, code: 'closed', waitMs };
    if (!(await this.#isRight(passphrase))) {
      this.#state = afterFailure(this.#state, this.#now());
      return { ok: false, code: 'wrong-passphrase' };
    }
    const secret = randomBytes(32).toString('base64url');
    this.#state = afterEntry(this.#state, digest(secret), this.#now());
    return { ok: true, secret };
  }
}

/** Comparing hashes tells a guesser nothing about the secret. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
