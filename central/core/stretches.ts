import { ProtocolError, readRuns, type Track } from '@mingjing/protocol';

/**
 * Fragments of one segment that a player can play in one go: the same tracks in all of them, and no gap in time. A player
 * that is promised sound waits for it; so where there is none, none may be promised.
 */
export interface Stretch {
  /** Ids of the tracks in it, ascending. */
  readonly tracks: readonly number[];
  readonly picture: boolean;
  readonly sound: boolean;
  /** Decode time of its begin, in seconds. */
  readonly from: number;
  readonly seconds: number;
}

/** A segment lasts a minute at most, a fragment about a second: what changes more often is no camera's footage. */
export const MAX_STRETCHES = 1_000;
/** What is rounding, and what a player closes up by itself. */
const GAP_SECONDS = 0.3;
/** A fragment so short that lacks a track is the end of a stream, not a change: no player waits at an end. */
const BRIEF_SECONDS = 0.5;

/** Cuts the fragments of a segment into stretches, as they come. */
export class StretchCutter {
  readonly #tracks: ReadonlyMap<number, Track>;
  readonly #stretches: Stretch[] = [];

  constructor(tracks: readonly Track[]) {
    this.#tracks = new Map(tracks.filter(({ timescale }) => timescale > 0).map((track) => [track.id, track]));
  }

  /** Gives the number of the stretch the fragment belongs to. `code` 'bad-media'. */
  take(moof: Uint8Array): number {
    const fragment = this.#describe(moof);
    const last = this.#stretches.at(-1);
    if (last !== undefined && belongs(last, fragment)) {
      const seconds = Math.max(last.seconds, fragment.from + fragment.seconds - last.from);
      this.#stretches[this.#stretches.length - 1] = { ...last, seconds };
    } else {
      if (this.#stretches.length === MAX_STRETCHES)
        throw new ProtocolError('bad-media', `a segment of more than ${MAX_STRETCHES} stretches`);
      this.#stretches.push(fragment);
    }
    return this.#stretches.length - 1;
  }

  stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  /** Picture sets the pace; without picture the longest track does. */
  #describe(moof: Uint8Array): Stretch {
    const runs = readRuns(moof).flatMap(({ track: id, decodeTime, duration }) => {
      const track = this.#tracks.get(id);
      if (track === undefined) return [];
      const { kind, timescale } = track;
      return [{ id, kind, from: Number(decodeTime) / timescale, seconds: Number(duration) / timescale }];
    });
    const pictures = runs.filter(({ kind }) => kind === 'video');
    const pace = pictures.length > 0 ? pictures : runs;
    const from = pace.reduce((least, run) => Math.min(least, run.from), Infinity);
    const end = pace.reduce((most, run) => Math.max(most, run.from + run.seconds), 0);
    return {
      tracks: [...new Set(runs.map(({ id }) => id))].sort((a, b) => a - b),
      picture: pictures.length > 0,
      sound: runs.some(({ kind }) => kind === 'audio'),
      from: pace.length === 0 ? 0 : from,
      seconds: pace.length === 0 ? 0 : end - from,
    };
  }
}

function belongs(stretch: Stretch, fragment: Stretch): boolean {
  const apart = Math.abs(fragment.from - (stretch.from + stretch.seconds));
  if (apart > GAP_SECONDS) return false;
  const missing = stretch.tracks.filter((id) => !fragment.tracks.includes(id));
  const added = fragment.tracks.filter((id) => !stretch.tracks.includes(id));
  return added.length === 0 && (missing.length === 0 || fragment.seconds < BRIEF_SECONDS);
}
