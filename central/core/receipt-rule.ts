/** An object given up by its camera before it came here: named by entry `entry`, declared lost by entry `lost`. */
export interface LostSpan {
  readonly entry: number;
  readonly lost: number;
}

/**
 * A receipt of `size` says: every object named below it is durable here, but for those the journal itself, below that
 * size, declares lost. Largest size at most `held` that no missing object forbids, before checkpoints are asked.
 */
export function receiptBound(held: number, firstMissing: number | undefined): number {
  return firstMissing === undefined ? held : Math.min(held, firstMissing);
}

/**
 * `size` itself if it may be signed; else the size below which to look on. A loss counts only where the journal says
 * so below the receipt: between naming and loss the object is simply missing.
 */
export function receiptSizeOrBound(size: number, lost: readonly LostSpan[]): number {
  return lost
    .filter((span) => span.entry < size && size <= span.lost)
    .reduce((bound, span) => Math.min(bound, span.entry), size);
}
