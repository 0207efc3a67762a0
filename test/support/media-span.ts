import { readBoxes, readRuns, readTracks, splitInit } from '@mingjing/protocol';

/** Where a track of a segment begins and ends on its recording's timeline, milliseconds. */
export interface TrackSpan {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** Of each track that has samples. */
export function trackSpans(content: Uint8Array): TrackSpan[] {
  const tracks = new Map(readTracks(splitInit(content).init).map((track) => [track.id, track]));
  const found = new Map<number, { from: number; to: number }>();
  for (const moof of readBoxes(content).filter(({ type }) => type === 'moof'))
    for (const { track, decodeTime, duration } of readRuns(moof.bytes)) {
      const scale = (tracks.get(track)?.timescale ?? 1) / 1000;
      const to = Number(decodeTime + duration) / scale;
      found.set(track, { from: found.get(track)?.from ?? Number(decodeTime) / scale, to });
    }
  return [...found].map(([track, span]) => ({ kind: tracks.get(track)?.kind ?? '', ...span }));
}
