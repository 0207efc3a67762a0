import type { ClockState, Position, TrackRun } from '@mingjing/protocol';
import type { Moment } from './time.ts';

/** One `moof` + `mdat` as the capture gave it; the moment is that of its first sample. */
export interface CapturedFragment extends Moment {
  readonly moof: Uint8Array;
  readonly mdat: Uint8Array;
  readonly runs: readonly TrackRun[];
  /** Of the longest track. */
  readonly durationMs: number;
}

/** A fragment with what was known when it was taken. */
export interface StampedFragment {
  readonly fragment: CapturedFragment;
  readonly position?: Position;
  readonly clock: ClockState;
}

export function fragmentBytes({ moof, mdat }: CapturedFragment): number {
  return moof.length + mdat.length;
}
