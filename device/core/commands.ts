import type { ClockState, EntryOf } from '@mingjing/protocol';
import type { AlarmCode } from './alarm-codes.ts';
import type { Answer } from './answers.ts';
import type { RequestNumber } from './events.ts';

export type CloseReason = EntryOf<'recording-closed'>['reason'];
export type MarkKind = EntryOf<'marked'>['kind'];
export type Severity = 'info' | 'warning' | 'critical';

/**
 * What the recorder asks of the world. Carried out in order, one at a time: a command begins when the one before
 * it is durable. Commands of a recording that could not be opened, or whose storage failed, are passed over,
 * but for its close.
 */
export type Command =
  | { readonly type: 'start-capture'; readonly delayMs: number }
  | { readonly type: 'stop-capture' }
  | {
      readonly type: 'open-recording';
      readonly recording: string;
      readonly cause: string;
      readonly start: string;
      readonly officer?: string;
    }
  | {
      readonly type: 'begin-segment';
      readonly recording: string;
      readonly index: number;
      readonly init: Uint8Array;
      readonly start: string;
      readonly clock: ClockState;
    }
  /** `parts` is the plaintext, in order: stamp, moof, mdat. */
  | { readonly type: 'append-fragment'; readonly recording: string; readonly parts: readonly Uint8Array[] }
  | { readonly type: 'seal-segment'; readonly recording: string; readonly end: string }
  | { readonly type: 'mark'; readonly recording: string; readonly kind: MarkKind }
  | {
      readonly type: 'close-recording';
      readonly recording: string;
      readonly reason: CloseReason;
      readonly end: string;
    }
  /** Closes what an earlier storage failure left open in the journal. */
  | { readonly type: 'salvage' }
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
  | { readonly type: 'power-off'; readonly reason: string };
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
