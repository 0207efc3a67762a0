import type { Box } from './boxes.ts';
import { badMedia, children } from './full-boxes.ts';

/** A camera gives picture, sound and perhaps a track or two of data; more than this is no camera's. */
export const MAX_TRACKS = 16;
/** Runs of one track within one fragment: encoders write one. */
export const MAX_TRACK_RUNS = 1_024;

/** The `traf` boxes of a `moof`. `code` 'bad-media': more than a camera has tracks. */
export function trackFragmentBoxes(moof: Box): Box[] {
  const trafs = children(moof).filter((child) => child.type === 'traf');
  requireAtMost(trafs, MAX_TRACKS, 'tracks in one fragment');
  return trafs;
}

/** The `trun` boxes of a `traf`. `code` 'bad-media': more than an encoder writes. */
export function trackRuns(traf: Box): Box[] {
  const runs = children(traf).filter((child) => child.type === 'trun');
  requireAtMost(runs, MAX_TRACK_RUNS, 'runs of one track in one fragment');
  return runs;
}

/** `code` 'bad-media'. */
export function requireAtMost(boxes: readonly Box[], most: number, what: string): void {
  if (boxes.length > most) throw badMedia(`${boxes.length} ${what}; at most ${most} are taken`);
}
