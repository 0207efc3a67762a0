import { JOINED_HEAD_BYTES, MAX_JOINED_BYTES } from '@mingjing/protocol';

/** A segment as a player meets it, or a stretch of one. */
export interface PlayableSegment {
  readonly index: number;
  /** Which stretch of the segment it is, from 0. */
  readonly stretch?: number;
  readonly start: string;
  readonly seconds: number;
  /** By the stream's own clock, in seconds; absent where it has none. */
  readonly from?: number;
  /** Bytes of samples, of sound. */
  readonly bytes?: number;
  /**
   * What sets a player up for it: SHA-256 of its init segment (hexadecimal) and its tracks, or the format of its samples.
   * Absent for footage that is refused: it keeps its place, so that a player comes to it and is told, and it is never
   * passed over in silence.
   */
  readonly init?: string;
}

/** Consecutive segments with the same init segment and no gap: one player set-up can play them through. */
export interface Part {
  readonly init: string;
  readonly segments: readonly PlayableSegment[];
}

/** What is rounding, and what a player closes up by itself. */
const GAP_SECONDS = 0.3;

/**
 * Cuts a recording where its init segment changes (after a restart of the capture the stream is another one; without
 * sound it promises none) and where its own clock leaps. A refused segment stays with the one before it, at the very
 * beginning with the one behind it.
 */
export function partsOf(segments: readonly PlayableSegment[]): Part[] {
  const first = segments.find((segment) => segment.init !== undefined)?.init;
  if (first === undefined) return [];
  const parts: { init: string; segments: PlayableSegment[] }[] = [{ init: first, segments: [] }];
  for (const segment of segments) {
    const part = parts.at(-1);
    if (
      part !== undefined &&
      (segment.init ?? part.init) === part.init &&
      !leaps(part.segments.at(-1), segment)
    )
      part.segments.push(segment);
    else if (segment.init !== undefined) parts.push({ init: segment.init, segments: [segment] });
  }
  return parts;
}

/**
 * Cuts a recording of sound into what can be heard as one file each. What is refused stands alone, as what lies behind a
 * missing segment does: of such a file a part would be missing in silence.
 */
export function soundPartsOf(segments: readonly PlayableSegment[]): Part[] {
  const parts: { init: string; segments: PlayableSegment[]; bytes: number }[] = [];
  for (const segment of segments) {
    const { init = REFUSED, index, bytes = 0 } = segment;
    const part = parts.at(-1);
    const goesOn =
      part !== undefined &&
      init !== REFUSED &&
      part.init === init &&
      part.segments.at(-1)?.index === index - 1 &&
      part.bytes + bytes <= MAX_JOINED_BYTES;
    if (goesOn) {
      part.segments.push(segment);
      part.bytes += bytes;
    } else parts.push({ init, segments: [segment], bytes: JOINED_HEAD_BYTES + bytes });
  }
  return parts;
}

const REFUSED = 'refused';

function leaps(last: PlayableSegment | undefined, next: PlayableSegment): boolean {
  if (last?.from === undefined || next.from === undefined) return false;
  return Math.abs(next.from - (last.from + last.seconds)) > GAP_SECONDS;
}

/** RFC 8216, protocol version 7 (fragmented MP4). Always whole: what is here now, from its start to its end. */
export function playlistText(part: Part, number: number): string {
  const longest = Math.max(1, ...part.segments.map((segment) => Math.ceil(segment.seconds)));
  const lines = part.segments.flatMap(({ start, seconds, index, stretch = 0 }) => [
    `#EXT-X-PROGRAM-DATE-TIME:${start}`,
    `#EXTINF:${seconds.toFixed(3)},`,
    `segments/${index}.m4s${stretch === 0 ? '' : `?stretch=${stretch}`}`,
  ]);
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="init/${number}.mp4"`,
    ...lines,
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}
