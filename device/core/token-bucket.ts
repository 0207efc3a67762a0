/** How many bytes may go out at once. Below zero: so much was sent ahead of its time, and is waited for. */
export interface TokenBucket {
  readonly bytes: number;
  /** Millis, of a clock that never runs backwards. */
  readonly at: number;
}

/** What may go out after a pause, in milliseconds at the full rate. */
const BURST_MS = 500;

export function fillBucket({ bytes, at }: TokenBucket, bytesPerSecond: number, now: number): TokenBucket {
  const gained = (Math.max(0, now - at) * bytesPerSecond) / 1000;
  return { bytes: Math.min((bytesPerSecond * BURST_MS) / 1000, bytes + gained), at: Math.max(at, now) };
}

export function spend(bucket: TokenBucket, bytes: number): TokenBucket {
  return { ...bucket, bytes: bucket.bytes - bytes };
}

/** Milliseconds until the next byte may go out. */
export function waitFor({ bytes }: TokenBucket, bytesPerSecond: number): number {
  return bytes > 0 ? 0 : Math.ceil(((1 - bytes) / bytesPerSecond) * 1000);
}
