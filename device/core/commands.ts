import type { ClockState, EntryBody, EntryOf, Stamp } from '@mingjing/protocol';
import type { AlarmCode } from './alarm-codes.ts';
import type { Answer } from './answers.ts';
import type { CapturePlan } from './capture-plan.ts';
import type { RequestNumber } from './events.ts';
import type { MovieFragment } from './fragment.ts';

export type CloseReason = EntryOf<'recording-closed'>['reason'];
export type MarkKind = EntryOf<'marked'>['kind'];
export type Severity = 'info' | 'warning' | 'critical';
/** What made a recording begin. */
export type OpeningCause = 'button' | 'order' | 'capture-changed' | 'capture-back' | 'storage-back';

/**
 * What the recorder asks of the world. Carried out in order, one at a time: a command begins when the one before
 * it is durable. Commands of a recording that could not be opened, or whose storage failed, are passed over,
 * but for its close.
 */
export type Command =
  | { readonly type: 'start-capture'; readonly plan: CapturePlan; readonly delayMs: number }
  /** MUST be followed by the event 'capture-ended', whether a run was there or not. Nothing waits for it. */
  | { readonly type: 'stop-capture' }
  /** MUST be followed by the event 'sources-probed'. Nothing waits for it. */
  | { readonly type: 'probe-sources' }
  | {
      readonly type: 'open-recording';
      readonly recording: string;
      readonly mode: 'video' | 'audio';
      readonly cause: OpeningCause;
      readonly start: string;
      readonly officer?: string;
      readonly continues?: string;
    }
  | {
      readonly type: 'begin-segment';
      readonly recording: string;
      readonly index: number;
      readonly format: 'mp4' | 'wav';
      /** The plaintext's head. */
      readonly init: Uint8Array;
      readonly start: string;
      readonly clock: ClockState;
    }
  /**
   * `parts` is the plaintext, in order: stamp, moof, mdat; or samples. `last`: the seal follows at once, so nothing need
   * be durable before it.
   */
  | {
      readonly type: 'append-fragment';
      readonly recording: string;
      readonly parts: readonly Uint8Array[];
      readonly last: boolean;
    }
  | { readonly type: 'seal-segment'; readonly recording: string; readonly end: string }
  | { readonly type: 'mark'; readonly recording: string; readonly kind: MarkKind }
  | {
      readonly type: 'close-recording';
      readonly recording: string;
      readonly reason: CloseReason;
      readonly end: string;
    }
  /** MUST be followed by the event 'photo-developed' or 'photo-failed'. Nothing waits for it. */
  | {
      readonly type: 'develop-photo';
      readonly recording: string;
      readonly init: Uint8Array;
      readonly fragment: MovieFragment;
      readonly comment: string;
    }
  /** A recording of one segment, opened, sealed and closed at once, beside whatever else is recorded. */
  | {
      readonly type: 'store-photo';
      readonly recording: string;
      readonly jpeg: Uint8Array;
      readonly stamp: Stamp;
      readonly during?: string;
    }
  /** Closes what an earlier storage failure left open in the journal. */
  | { readonly type: 'salvage' }
  /** `request`: if this cannot be made durable, its answer says so. */
  | { readonly type: 'journal'; readonly entry: EntryBody; readonly request?: RequestNumber }
  /** Keeps the officer over a restart. Undefined: nobody. */
  | {
      readonly type: 'keep-officer';
      readonly officer:
        { readonly number: string; readonly name?: string; readonly certificate?: string } | undefined;
      readonly request: RequestNumber;
    }
  /** Keeps the policy over a restart. */
  | { readonly type: 'keep-policy'; readonly bytes: Uint8Array; readonly request: RequestNumber }
  | {
      readonly type: 'alarm';
      readonly code: AlarmCode;
      readonly severity: Severity;
      readonly detail?: string;
    }
  /** `recording`: the answer holds only if nothing of it failed. */
  | {
      readonly type: 'answer';
      readonly request: RequestNumber;
      readonly answer: Answer;
      readonly recording?: string;
    }
  /** The wall clock was set; `before` is what it would have shown. */
  | { readonly type: 'clock-set'; readonly before: string; readonly after: string }
  | { readonly type: 'publish-state' }
  /** The camera has decided to end: whoever runs it shuts it down. */
  | { readonly type: 'switch-off'; readonly reason: string }
  | { readonly type: 'power-off'; readonly reason: string };
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
