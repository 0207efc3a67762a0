/** How long a bay waits, in milliseconds. */
export const PAUSES = {
  retryFirst: 500,
  retryMost: 60_000,
  asideFirst: 2_000,
  asideMost: 300_000,
  receiptFirst: 200,
  receiptMost: 10_000,
  /** A camera that stays in its bay is looked at again: its journal may have grown. */
  ready: 15_000,
  refused: 600_000,
} as const;

/** Doubles from `first` with each attempt, counted from 1, up to `most`. */
export function growing(first: number, most: number, attempt: number): number {
  return Math.min(most, first * 2 ** Math.min(Math.max(attempt - 1, 0), 30));
}
