import type { Track } from '@mingjing/protocol';
import type { CaptureEnd } from '../core/events.ts';
import type { CapturedFragment } from '../core/fragment.ts';

/**
 * Picture and sound as fragmented MP4.
 *
 * A run MUST call `ready` once before its first fragment, and `ended` exactly once, after which it calls nothing
 * more. Fragments MUST come in decode order without a gap or overlap, each beginning with a key frame; their
 * moments MUST NOT run backwards. A run that gives nothing for long MUST end by itself, as `stalled`; one whose
 * source ends by itself MUST say so, whatever its exit status. A run never throws at its listener's caller.
 */
export interface Capture {
  /** At most one run at a time: `start` throws while the last one has not ended. */
  start(listener: CaptureListener): CaptureRun;
}

export interface CaptureListener {
  /** `init` is `ftyp` + `moov`. */
  ready(init: Uint8Array, tracks: readonly Track[]): void;
  fragment(fragment: CapturedFragment): void;
  ended(reason: CaptureEnd, detail: string): void;
}

export interface CaptureRun {
  /** Resolves when the source is let go of and `ended` was called. Safe to call twice. */
  stop(): Promise<void>;
}
