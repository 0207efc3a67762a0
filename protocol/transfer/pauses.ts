/** How long who moves footage waits, in milliseconds. */
export const TRANSFER_PAUSES = {
  retryFirst: 500,
  retryMost: 60_000,
  asideFirst: 2_000,
  asideMost: 300_000,
  receiptFirst: 200,
  receiptMost: 10_000,
  /** A camera that stays is looked at again: its journal may have grown. */
  ready: 15_000,
  refused: 600_000,
} as const;

/** Pauses differ by up to so much of their length: those who lost one archive together do not all come back at once. */
const SPREAD = 0.25;

/** `random`: 0 to 1. */
export function spread(ms: number, random: number): number {
  return Math.round(ms * (1 - SPREAD + 2 * SPREAD * random));
}

/** Doubles from `first` with each attempt, counted from 1, up to `most`. */
export function growing(first: number, most: number, attempt: number): number {
  return Math.min(most, first * 2 ** Math.min(Math.max(attempt - 1, 0), 30));
}
