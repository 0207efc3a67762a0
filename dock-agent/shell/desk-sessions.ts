import { randomBytes, toHex } from '@mingjing/protocol';
import type { Clock } from '../ports/clock.ts';

const IDLE_MS = 60_000;
const MAX_SESSIONS = 64;

/** Who has signed in, in memory alone. */
export class DeskSessions {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #sessions = new Map<string, { readonly officer: string; readonly until: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  begin(officer: string): string {
    const session = toHex(randomBytes(32));
    this.#sessions.set(session, { officer, until: this.#clock.now() + IDLE_MS });
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return session;
  }

  /** The officer's number, for another minute. */
  officer(session: string): string | undefined {
    const found = this.#sessions.get(session);
    const now = this.#clock.now();
    this.#sessions.delete(session);
    if (found === undefined || found.until <= now) return undefined;
    this.#sessions.set(session, { ...found, until: now + IDLE_MS });
    return found.officer;
  }

  end(session: string): void {
    this.#sessions.delete(session);
  }
}
