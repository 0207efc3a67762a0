/** Who may open the service page, as rules. Secrets come as hashes; time comes from outside, milliseconds. */
export interface DoorState {
  /** Wrong passphrases in a row. */
  readonly failures: number;
  readonly lastFailure: number;
  /** SHA-256 of the session's secret, hexadecimal → the session. */
  readonly sessions: ReadonlyMap<string, { readonly begun: number; readonly used: number }>;
}

export const CLOSED_DOOR: DoorState = { failures: 0, lastFailure: 0, sessions: new Map() };

export const FREE_TRIES = 5;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Unused, a session ends after this. */
export const IDLE_MS = 10 * 60_000;
export const SESSION_MS = 4 * 3_600_000;
const MAX_SESSIONS = 4;

/** Until when nobody may try, the right passphrase or a wrong one: a guesser must not learn which it was. */
export function closedUntil({ failures, lastFailure }: DoorState): number {
  if (failures < FREE_TRIES) return Number.NEGATIVE_INFINITY;
  return lastFailure + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - FREE_TRIES));
}

export function afterFailure(state: DoorState, now: number): DoorState {
  return { ...state, failures: state.failures + 1, lastFailure: now };
}

/** The session used longest ago goes when there are too many. */
export function afterEntry(state: DoorState, secret: string, now: number): DoorState {
  const open = [...state.sessions].filter(([, session]) => stands(session, now));
  const kept = open.toSorted(([, a], [, b]) => a.used - b.used).slice(1 - MAX_SESSIONS);
  return { ...state, failures: 0, sessions: new Map([...kept, [secret, { begun: now, used: now }]]) };
}

/** Looking on is no use: the page looks by itself, also when nobody stands before it. */
export function isOpenTo({ sessions }: DoorState, secret: string, now: number): boolean {
  const session = sessions.get(secret);
  return session !== undefined && stands(session, now);
}

/** undefined: the secret opens nothing, or nothing any more. */
export function afterUse(state: DoorState, secret: string, now: number): DoorState | undefined {
  const session = state.sessions.get(secret);
  if (session === undefined || !stands(session, now)) return undefined;
  return { ...state, sessions: new Map([...state.sessions, [secret, { ...session, used: now }]]) };
}

export function afterExit(state: DoorState, secret: string): DoorState {
  const sessions = new Map(state.sessions);
  sessions.delete(secret);
  return { ...state, sessions };
}

function stands({ begun, used }: { begun: number; used: number }, now: number): boolean {
  return now - used < IDLE_MS && now - begun < SESSION_MS;
}
