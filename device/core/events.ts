import type { Track } from '@mingjing/protocol';
import type { StampedFragment } from './fragment.ts';
import type { Moment } from './time.ts';

/** What the buttons mean, whatever was done to them. `mute` and `stealth` turn on and off. */
export const BUTTONS = ['record', 'audio', 'photo', 'stop', 'mark', 'key-mark', 'mute', 'stealth'] as const;
export type Button = (typeof BUTTONS)[number];

/** Why a capture gave its last fragment. */
export type CaptureEnd =
  | 'stopped' // we asked it to
  | 'ended' // it left by itself, with whatever exit status
  | 'stalled' // it ran on and gave nothing
  | 'bad-media'; // what it gave is not a fragmented MP4

/** Whoever pressed waits under this number for the answer. */
export type RequestNumber = number;

export type RecorderEvent = Moment &
  (
    | { readonly type: 'recovered' } // the journal is consistent and says power-on
    | { readonly type: 'capture-ready'; readonly init: Uint8Array; readonly tracks: readonly Track[] }
    | ({ readonly type: 'fragment' } & StampedFragment)
    | { readonly type: 'capture-ended'; readonly reason: CaptureEnd; readonly detail: string }
    | {
        readonly type: 'press';
        readonly button: Button;
        readonly request: RequestNumber;
        /** Random: the name of the recording, should this press open one. */
        readonly freshRecording: string;
      }
    | { readonly type: 'recording-closed'; readonly recording: string }
    | { readonly type: 'storage-level'; readonly freeBytes: number; readonly writable: boolean }
    | { readonly type: 'storage-failed'; readonly full: boolean; readonly detail: string }
    | { readonly type: 'tick' }
    | { readonly type: 'shutdown'; readonly reason: string }
  );
export type EventOf<T extends RecorderEvent['type']> = Extract<RecorderEvent, { type: T }>;
