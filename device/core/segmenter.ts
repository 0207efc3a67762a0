/**
 * Whether a segment ends ahead of the next fragment: at the fragment boundary nearest the target. A segment
 * is never empty, and never longer than the target by more than half a fragment, unless one fragment is.
 */
export function endsBefore(segmentMs: number, nextFragmentMs: number, targetMs: number): boolean {
  return segmentMs > 0 && Math.abs(targetMs - segmentMs) <= Math.abs(segmentMs + nextFragmentMs - targetMs);
}
