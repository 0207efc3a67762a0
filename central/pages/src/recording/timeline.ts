/**
 * Two clocks: a recording's own time, in which marks and positions stand, and the time a player counts within one
 * part. They differ wherever a segment is missing, since the player closes up what it plays, and wherever capture
 * began anew. Pure.
 */
export interface PlaylistItem {
  readonly segment: number;
  readonly seconds: number;
  /** By the camera's clock, RFC 3339: of a stretch of a segment the segment alone does not tell. */
  readonly at?: string;
}

/** A segment as it is played. */
export interface Piece {
  readonly part: number;
  readonly segment: number;
  /** Seconds into the recording. */
  readonly start: number;
  /** Seconds into its part, as the player counts. */
  readonly mediaStart: number;
  readonly seconds: number;
}

export interface Timeline {
  /** In order of the recording; they never overlap. */
  readonly pieces: readonly Piece[];
  /** Of the whole recording, its gaps included. */
  readonly seconds: number;
}

export interface MediaPlace {
  readonly part: number;
  readonly time: number;
}

/** Rounding of times in playlists, and what a player skips by itself. */
const SLACK = 0.25;

/** What the page needs of an RFC 8216 media playlist. */
export function readPlaylist(text: string): PlaylistItem[] {
  const items: PlaylistItem[] = [];
  let seconds: number | undefined;
  let at: string | undefined;
  for (const line of text.split('\n')) {
    at = /^#EXT-X-PROGRAM-DATE-TIME:(\S+)/.exec(line)?.[1] ?? at;
    const length = /^#EXTINF:([0-9.]+)/.exec(line)?.[1];
    if (length !== undefined) seconds = Number(length);
    const segment = /(?:^|\/)segments\/([0-9]+)\.m4s/.exec(line)?.[1];
    if (segment === undefined || seconds === undefined) continue;
    items.push({ segment: Number(segment), seconds, ...(at === undefined ? {} : { at }) });
    seconds = undefined;
    at = undefined;
  }
  return items;
}

/**
 * Segments that follow one another in one part are one stream, whatever the wall clock did between them. Across a
 * gap or a new part the wall clock is all there is; where it runs backwards it is not believed.
 */
export function layOut(
  parts: readonly (readonly PlaylistItem[])[],
  wallStart: (item: PlaylistItem) => number | undefined,
  seconds: number,
): Timeline {
  const pieces: Piece[] = [];
  for (const [part, items] of parts.entries()) {
    let media = 0;
    for (const item of items) {
      const last = pieces.at(-1);
      const end = last === undefined ? 0 : last.start + last.seconds;
      const goesOn =
        last === undefined ? item.segment === 0 : last.part === part && last.segment + 1 === item.segment;
      const start = goesOn ? end : (snap(wallStart(item), end) ?? end);
      pieces.push({ part, segment: item.segment, start, mediaStart: media, seconds: item.seconds });
      media += item.seconds;
    }
  }
  const last = pieces.at(-1);
  return { pieces, seconds: Math.max(seconds, last === undefined ? 0 : last.start + last.seconds) };
}

function snap(wall: number | undefined, end: number): number | undefined {
  if (wall === undefined || !Number.isFinite(wall) || wall < end + SLACK) return undefined;
  return wall;
}

/** Where the player must go to show a moment of the recording: in a gap, to the footage after it. */
export function toMedia({ pieces }: Timeline, time: number): MediaPlace | undefined {
  const piece = pieces.find(({ start, seconds }) => time < start + seconds) ?? pieces.at(-1);
  if (piece === undefined) return undefined;
  const into = Math.min(Math.max(0, time - piece.start), Math.max(0, piece.seconds - SLACK / 5));
  return { part: piece.part, time: piece.mediaStart + into };
}

/** The moment of the recording that the player shows. */
export function toRecording({ pieces }: Timeline, { part, time }: MediaPlace): number {
  const own = pieces.filter((piece) => piece.part === part);
  const piece = own.findLast(({ mediaStart }) => mediaStart <= time) ?? own[0];
  if (piece === undefined) return 0;
  return piece.start + Math.min(Math.max(0, time - piece.mediaStart), piece.seconds);
}

/** The first footage that begins after a moment. */
export function footageAfter({ pieces }: Timeline, time: number): number | undefined {
  return pieces.find(({ start }) => start > time + SLACK / 5)?.start;
}

/** Stretches of the recording without footage. */
export function gapsOf({ pieces, seconds }: Timeline): { readonly start: number; readonly end: number }[] {
  const gaps: { start: number; end: number }[] = [];
  let end = 0;
  for (const piece of pieces) {
    if (piece.start > end + SLACK) gaps.push({ start: end, end: piece.start });
    end = piece.start + piece.seconds;
  }
  if (seconds > end + 1) gaps.push({ start: end, end: seconds });
  return gaps;
}
