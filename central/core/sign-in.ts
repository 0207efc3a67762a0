/** The review session rules. Secrets are compared as hashes; time comes from outside (milliseconds). */

export const SESSION_MILLIS = 8 * 60 * 60 * 1000;
const MAX_SESSIONS = 64;
/** Wrong tokens taken in one minute, from anybody: a token cannot be guessed, but trying should be seen. */
const ATTEMPTS = 10;
const ATTEMPT_WINDOW_MILLIS = 60_000;

export interface SignInState {
  /** SHA-256 of the one token that is good now, hexadecimal. */
  readonly token: string;
  /** SHA-256 of the session secret → session. */
  readonly sessions: ReadonlyMap<string, Session>;
  readonly failures: readonly number[];
}

export interface Session {
  /** Stands in the custody log; opens nothing. */
  readonly name: string;
  readonly until: number;
}

export type SignInEvent =
  | {
      readonly event: 'token-shown';
      readonly token: string;
      readonly now: number;
      /** Used when the token is good: hash of the new session's secret, its name, hash of the next token. */
      readonly fresh: { readonly secret: string; readonly name: string; readonly token: string };
    }
  | { readonly event: 'signed-out'; readonly secret: string };

export type SignInCommand =
  | { readonly type: 'write-link' }
  | { readonly type: 'refuse'; readonly code: 'bad-token' | 'too-many-attempts' };

export function step(
  state: SignInState,
  event: SignInEvent,
): { state: SignInState; commands: readonly SignInCommand[] } {
  switch (event.event) {
    case 'token-shown':
      return showToken(state, event);
    case 'signed-out': {
      const sessions = new Map(state.sessions);
      sessions.delete(event.secret);
      return { state: { ...state, sessions }, commands: [] };
    }
    default:
      return event satisfies never;
  }
}

/** The session a secret opens now. */
export function sessionOf(state: SignInState, secret: string, now: number): Session | undefined {
  const session = state.sessions.get(secret);
  return session !== undefined && now < session.until ? session : undefined;
}

function showToken(
  state: SignInState,
  { token, now, fresh }: Extract<SignInEvent, { event: 'token-shown' }>,
): { state: SignInState; commands: readonly SignInCommand[] } {
  const failures = state.failures.filter((at) => now - at < ATTEMPT_WINDOW_MILLIS);
  // The good token is good however many wrong ones came before: nobody can lock the operator out.
  if (token !== state.token) {
    if (failures.length >= ATTEMPTS)
      return { state: { ...state, failures }, commands: [{ type: 'refuse', code: 'too-many-attempts' }] };
    const next = { ...state, failures: [...failures, now] };
    return { state: next, commands: [{ type: 'refuse', code: 'bad-token' }] };
  }
  const open = [...state.sessions].filter(([, session]) => now < session.until).slice(1 - MAX_SESSIONS);
  const sessions = new Map([...open, [fresh.secret, { name: fresh.name, until: now + SESSION_MILLIS }]]);
  return {
    state: { token: fresh.token, sessions, failures },
    commands: [{ type: 'write-link' }],
  };
}
