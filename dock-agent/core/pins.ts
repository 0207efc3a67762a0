/** Wrong PINs that cost nothing, in a row. */
const FREE_FAILURES = 5;
const FIRST_LOCK_MS = 60_000;
const MAX_LOCK_MS = 24 * 60 * 60 * 1000;
const PIN = /^[0-9]{4,12}$/;

/** What is kept of an officer's PIN. */
export interface PinRecord {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  /** Of the roster, when it was set. */
  readonly epoch: number;
  /** Wrong PINs since the last right one, and the last of them: wall clock, milliseconds. */
  readonly failures: number;
  readonly failedAt: number;
}

export function isPin(pin: string): boolean {
  return PIN.test(pin);
}

/** Not four to twelve digits, one digit repeated, a run up or down, or the end of the officer's own number. */
export function isTooSimple(pin: string, number: string): boolean {
  if (!isPin(pin) || number.endsWith(pin)) return true;
  const digits = Array.from(pin, Number);
  const steps = new Set(digits.slice(1).map((digit, index) => digit - (digits[index] ?? 0)));
  const [step] = steps;
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 1;
}

/** Wall clock, milliseconds, until when no PIN of this officer is looked at; undefined: it is looked at now. */
export function lockedUntil(
  { failures, failedAt }: Pick<PinRecord, 'failures' | 'failedAt'>,
  now: number,
): number | undefined {
  if (failures < FREE_FAILURES) return undefined;
  const lock = Math.min(MAX_LOCK_MS, FIRST_LOCK_MS * 2 ** (failures - FREE_FAILURES));
  const until = failedAt + lock;
  return until > now ? until : undefined;
}

/** One more. Counted before the PIN is looked at: whoever cuts the power gains no attempt. */
export function countFailure(record: PinRecord, now: number): PinRecord {
  return { ...record, failures: Math.min(record.failures + 1, 1_000), failedAt: now };
}

/** A clock that was ahead and was set right must lock nobody out until then: the time of the failure is now. */
export function settled(record: PinRecord, now: number): PinRecord {
  return record.failedAt > now ? { ...record, failedAt: now } : record;
}
