import type { CaptureHead, CapturePlan, Overlay, Sources } from '../core/capture-plan.ts';
import type { CaptureEnd } from '../core/events.ts';
import type { CapturedFragment } from '../core/fragment.ts';

export type { CaptureHead, CapturePlan, Overlay, Sources };

/**
 * Picture and sound as fragmented MP4, or sound as PCM.
 *
 * A run MUST call `ready` once before its first fragment, and `ended` exactly once, after which it calls nothing
 * more. Fragments MUST come in decode order without a gap or overlap, each beginning with a key frame; their
 * moments MUST NOT run backwards. A run that gives nothing for long MUST end by itself, as `stalled`; one whose
 * source ends by itself MUST say so, whatever its exit status. A run never throws at its listener's caller.
 */
export interface Capture {
  /**
   * At most one run at a time: `start` throws while the last one has not ended. A plan whose source is not there
   * ends the run, with the source in `lost`.
   */
  start(plan: CapturePlan, listener: CaptureListener): CaptureRun;
  /**
   * Which sources could be opened now; one in use by the present run counts as there. Takes at most three seconds;
   * never rejects.
   */
  probe(): Promise<Sources>;
  /** Takes hold of the run that goes on, and of later ones. Never throws. */
  overlay(lines: Overlay): void;
}

export interface CaptureListener {
  ready(head: CaptureHead): void;
  fragment(fragment: CapturedFragment): void;
  /** The run goes on, but not as asked: too few pictures a second, or sound and picture drift apart. */
  trouble(kind: 'frame-rate-low' | 'sound-drifts', detail: string): void;
  /** `lost`: the source that failed, if it is known which. */
  ended(reason: CaptureEnd, detail: string, lost?: keyof Sources): void;
}

export interface CaptureRun {
  /** Resolves when the source is let go of and `ended` was called. Safe to call twice. */
  stop(): Promise<void>;
}
