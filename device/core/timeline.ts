import { shiftDecodeTimes, type Track, type TrackRun } from '@mingjing/protocol';
import type { MovieFragment } from './fragment.ts';

const MICROS = 1_000_000n;
const MICROS_PER_MILLI = 1_000n;

/**
 * Moves the decode times of what a capture gives so that a recording's timeline begins at 0 and goes on over a
 * restart of the capture. One shift in microseconds for all tracks, so that picture and sound stay as far apart
 * as they were captured. Tracks are numbered as in the recording.
 */
export interface Timeline {
  /** On the capture's timeline, where the recording's 0 would lie; negative behind a restart. */
  readonly baseMicros: bigint;
  readonly timescales: ReadonlyMap<number, bigint>;
  /** By track, in units of its timescale. */
  readonly shifts: ReadonlyMap<number, bigint>;
}

/** The timeline of a recording that begins with this fragment. */
export function timelineFrom(tracks: readonly Track[], first: MovieFragment): Timeline {
  const timescales = new Map(tracks.map((track) => [track.id, BigInt(track.timescale)]));
  return withBase(timescales, firstMicros(timescales, first));
}

/**
 * The same timeline for another run of the capture, whose first fragment was taken `elapsedMs` after the first of the
 * recording. A gap stays a gap; but what was written already, up to `endMs`, is never overlapped.
 */
export function continueTimeline(
  { timescales }: Timeline,
  first: MovieFragment,
  elapsedMs: number,
  endMs: number,
): Timeline {
  const place = BigInt(Math.max(0, Math.ceil(elapsedMs), Math.ceil(endMs))) * MICROS_PER_MILLI;
  return withBase(timescales, firstMicros(timescales, first) - place);
}

export function rebase(timeline: Timeline, fragment: MovieFragment): Uint8Array {
  return shiftDecodeTimes(fragment.moof, timeline.shifts);
}

/** Milliseconds from the beginning of the recording to the fragment's first sample. */
export function millisInto({ timescales, baseMicros }: Timeline, fragment: MovieFragment): number {
  const first = firstMicros(timescales, fragment) - baseMicros;
  return first > 0n ? Number(first / MICROS_PER_MILLI) : 0;
}

/** Milliseconds from the beginning of the recording to the end of the fragment's latest track, rounded up. */
export function millisAtEnd({ timescales, baseMicros }: Timeline, { runs }: MovieFragment): number {
  const ends = runs.map((run) => microsOf(run.track, run.decodeTime + run.duration, timescales) - baseMicros);
  const last = ends.reduce((most, end) => (end > most ? end : most), 0n);
  return Number((last + MICROS_PER_MILLI - 1n) / MICROS_PER_MILLI);
}

function withBase(timescales: Timeline['timescales'], baseMicros: bigint): Timeline {
  const shifts = new Map(
    [...timescales].map(([track, timescale]) => [track, floorDivide(baseMicros * timescale, MICROS)]),
  );
  return { baseMicros, timescales, shifts };
}

function firstMicros(timescales: Timeline['timescales'], { runs }: MovieFragment): bigint {
  const starts = runs.map((run: TrackRun) => microsOf(run.track, run.decodeTime, timescales));
  return starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
}

function microsOf(track: number, time: bigint, timescales: Timeline['timescales']): bigint {
  return (time * MICROS) / (timescales.get(track) ?? MICROS);
}

/** Towards the past, so that a shift never makes a time negative. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}
