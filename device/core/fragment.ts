import type { ClockState, Position, TrackRun } from '@mingjing/protocol';
import type { Moment } from './time.ts';

/** One `moof` + `mdat` as the capture gave it; the moment is that of its first sample. */
export interface MovieFragment extends Moment {
  readonly format: 'mp4';
  readonly moof: Uint8Array;
  readonly mdat: Uint8Array;
  readonly runs: readonly TrackRun[];
  /** Of the longest track. */
  readonly durationMs: number;
}

/** Sound alone: PCM, signed 16 bit little-endian, 48 kHz, one channel; one age chunk of it (64 KiB) or, at the end, less. */
export interface SoundFragment extends Moment {
  readonly format: 'wav';
  readonly pcm: Uint8Array;
  readonly durationMs: number;
}

export type CapturedFragment = MovieFragment | SoundFragment;

/** A fragment with what was known when it was taken. */
export interface StampedFragment<F extends CapturedFragment = MovieFragment> {
  readonly fragment: F;
  readonly position?: Position;
  readonly clock: ClockState;
}

export function fragmentBytes(fragment: CapturedFragment): number {
  return fragment.format === 'mp4' ? fragment.moof.length + fragment.mdat.length : fragment.pcm.length;
}
