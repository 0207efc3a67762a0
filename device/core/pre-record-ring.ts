import { fragmentBytes, type StampedFragment } from './fragment.ts';

/** Whatever the rate, the ring never holds more. */
export const MAX_RING_BYTES = 256 * 1024 * 1024;

/** What was seen before the press. In RAM only: what nobody asked to record leaves no trace. Oldest first. */
export interface PreRecordRing {
  readonly fragments: readonly StampedFragment[];
  readonly durationMs: number;
  readonly bytes: number;
}

export const EMPTY_RING: PreRecordRing = { fragments: [], durationMs: 0, bytes: 0 };

/** Takes one in, and trims. */
export function pushToRing(
  ring: PreRecordRing,
  newest: StampedFragment,
  wantedMs: number,
  maxBytes = MAX_RING_BYTES,
): PreRecordRing {
  const fragments = [...ring.fragments, newest];
  const durationMs = ring.durationMs + newest.fragment.durationMs;
  const bytes = ring.bytes + fragmentBytes(newest.fragment);
  return trimRing({ fragments, durationMs, bytes }, wantedMs, maxBytes);
}

/** Lets go of the oldest, as long as what stays still lasts `wantedMs`. */
export function trimRing(ring: PreRecordRing, wantedMs: number, maxBytes = MAX_RING_BYTES): PreRecordRing {
  if (wantedMs === 0) return EMPTY_RING;
  const { fragments } = ring;
  let { durationMs, bytes } = ring;
  let dropped = 0;
  for (const { fragment } of fragments) {
    if (durationMs - fragment.durationMs < wantedMs && bytes <= maxBytes) break;
    durationMs -= fragment.durationMs;
    bytes -= fragmentBytes(fragment);
    dropped += 1;
  }
  return { fragments: fragments.slice(dropped), durationMs, bytes };
}
