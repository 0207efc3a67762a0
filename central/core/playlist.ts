/** A segment as a player meets it. */
export interface PlayableSegment {
  readonly index: number;
  readonly start: string;
  readonly seconds: number;
  /**
   * SHA-256 of its init segment, hexadecimal. Absent for footage that is refused: it keeps its place, so that a player
   * comes to it and is told, and it is never passed over in silence.
   */
  readonly init?: string;
}

/** Consecutive segments with the same init segment: one player set-up can play them through. */
export interface Part {
  readonly init: string;
  readonly segments: readonly PlayableSegment[];
}

/**
 * Cuts a recording where its init segment changes: after a restart of the capture the stream is another one. A refused
 * segment stays with the one before it, at the very beginning with the one behind it.
 */
export function partsOf(segments: readonly PlayableSegment[]): Part[] {
  const first = segments.find((segment) => segment.init !== undefined)?.init;
  if (first === undefined) return [];
  const parts: { init: string; segments: PlayableSegment[] }[] = [{ init: first, segments: [] }];
  for (const segment of segments) {
    const last = parts.at(-1);
    if (last !== undefined && (segment.init ?? last.init) === last.init) last.segments.push(segment);
    else if (segment.init !== undefined) parts.push({ init: segment.init, segments: [segment] });
  }
  return parts;
}

/** RFC 8216, protocol version 7 (fragmented MP4). Always whole: what is here now, from its start to its end. */
export function playlistText(part: Part, number: number): string {
  const longest = Math.max(1, ...part.segments.map((segment) => Math.ceil(segment.seconds)));
  const lines = part.segments.flatMap((segment) => [
    `#EXT-X-PROGRAM-DATE-TIME:${segment.start}`,
    `#EXTINF:${segment.seconds.toFixed(3)},`,
    `segments/${segment.index}.m4s`,
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
