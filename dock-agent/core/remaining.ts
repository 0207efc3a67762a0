/** When the bytes that are left may be there, by the pace of the last while. */
export interface Pace {
  readonly at: number;
  readonly bytes: number;
  /** Bytes a millisecond, smoothed; undefined until two points are known. */
  readonly rate: number | undefined;
}

/** How much of the old pace stays with each second that passes. */
const KEPT_PER_SECOND = 0.8;

export function startPace(at: number, bytes: number): Pace {
  return { at, bytes, rate: undefined };
}

export function nextPace(pace: Pace, at: number, bytes: number): Pace {
  const elapsed = at - pace.at;
  if (elapsed <= 0) return pace;
  const now = Math.max(0, bytes - pace.bytes) / elapsed;
  const kept = KEPT_PER_SECOND ** (elapsed / 1000);
  return { at, bytes, rate: pace.rate === undefined ? now : pace.rate * kept + now * (1 - kept) };
}

/** Milliseconds; undefined while nobody can say. */
export function remaining(pace: Pace, bytesLeft: number): number | undefined {
  if (bytesLeft <= 0) return 0;
  if (pace.rate === undefined || pace.rate <= 0) return undefined;
  const millis = Math.ceil(bytesLeft / pace.rate);
  return Number.isSafeInteger(millis) ? millis : undefined;
}
