import { shiftDecodeTimes, type Track, type TrackRun } from '@mingjing/protocol';
import type { MovieFragment } from './fragment.ts';

const MICROS = 1_000_000n;

/**
 * Moves a recording's decode times so that its timeline begins at 0. One shift in microseconds for all
 * tracks, so that picture and sound stay as far apart as they were captured.
 */
export interface Timeline {
  readonly baseMicros: bigint;
  readonly timescales: ReadonlyMap<number, bigint>;
  /** By track, in units of its timescale. */
  readonly shifts: ReadonlyMap<number, bigint>;
}

/** The timeline of a recording that begins with this fragment. */
export function timelineFrom(tracks: readonly Track[], first: MovieFragment): Timeline {
  const timescales = new Map(tracks.map((track) => [track.id, BigInt(track.timescale)]));
  const starts = first.runs.map((run) => microsOf(run, timescales));
  const baseMicros = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
  const shifts = new Map(
    [...timescales].map(([track, timescale]) => [track, (baseMicros * timescale) / MICROS]),
  );
  return { baseMicros, timescales, shifts };
}

export function rebase(timeline: Timeline, fragment: MovieFragment): Uint8Array {
  return shiftDecodeTimes(fragment.moof, timeline.shifts);
}

/** Milliseconds from the beginning of the recording to the fragment's first sample. */
export function millisInto(timeline: Timeline, fragment: MovieFragment): number {
  const starts = fragment.runs.map((run) => microsOf(run, timeline.timescales) - timeline.baseMicros);
  const first = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
  return first > 0n ? Number(first / 1000n) : 0;
}

function microsOf(run: TrackRun, timescales: ReadonlyMap<number, bigint>): bigint {
  return (run.decodeTime * MICROS) / (timescales.get(run.track) ?? MICROS);
}
