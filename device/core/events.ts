import type { CameraPolicy, EntryBody } from '@mingjing/protocol';
import type { HandedBy, Officer } from './officer.ts';
import type { ReportedTrouble } from './warnings.ts';
import type { CaptureHead, Source } from './capture-plan.ts';
import type { ClockStep } from './clock-rules.ts';
import type { CapturedFragment, StampedFragment } from './fragment.ts';
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

export type CaptureTrouble = 'frame-rate-low' | 'sound-drifts';

/** Whoever pressed waits under this number for the answer. */
export type RequestNumber = number;

interface Asked {
  readonly request: RequestNumber;
}

/** Random: the name of the recording, should this event open one. */
interface MayOpen {
  readonly freshRecording: string;
}

export type RecorderEvent = Moment &
  (
    | { readonly type: 'recovered' } // the journal is consistent and says power-on
    | ({ readonly type: 'capture-ready'; readonly head: CaptureHead } & MayOpen)
    | ({ readonly type: 'fragment' } & StampedFragment<CapturedFragment>)
    | { readonly type: 'capture-trouble'; readonly kind: CaptureTrouble; readonly detail: string }
    | {
        readonly type: 'capture-ended';
        readonly reason: CaptureEnd;
        readonly detail: string;
        /** The source that failed, if it is known which. */
        readonly lost?: Source;
      }
    | { readonly type: 'sources-probed'; readonly picture: boolean; readonly sound: boolean }
    /** `held`: the button was held down as long as it takes to end what is being recorded. */
    | ({ readonly type: 'press'; readonly button: Button; readonly held?: boolean } & Asked & MayOpen)
    | ({ readonly type: 'order'; readonly kind: 'start' | 'stop' } & Asked & MayOpen)
    | ({ readonly type: 'assign-officer'; readonly officer?: Officer; readonly by?: HandedBy } & Asked)
    | ({
        readonly type: 'policy';
        readonly policy: CameraPolicy;
        /** The exact bytes it came in, and their SHA-256, hexadecimal. */
        readonly bytes: Uint8Array;
        readonly sha256: string;
      } & Asked)
    | { readonly type: 'photo-developed'; readonly recording: string; readonly jpeg: Uint8Array }
    | { readonly type: 'photo-failed'; readonly recording: string }
    | { readonly type: 'dock'; readonly attached: boolean }
    | {
        readonly type: 'power';
        readonly percent?: number;
        readonly charging: boolean;
        readonly external: boolean;
      }
    /** We moved our own clock, because somebody told us the time. */
    | { readonly type: 'clock-stepped'; readonly stepped: ClockStep }
    | {
        readonly type: 'position';
        readonly fix: boolean;
        /** Why nothing is heard of the receiver, if there is to be one. */
        readonly unheard?: 'no-line' | 'silent';
      }
    | { readonly type: 'trouble'; readonly trouble: ReportedTrouble; readonly detail?: string }
    | { readonly type: 'recording-closed'; readonly recording: string }
    | { readonly type: 'storage-level'; readonly freeBytes: number; readonly writable: boolean }
    | {
        readonly type: 'storage-failed';
        readonly full: boolean;
        readonly detail: string;
        /** The recording whose opening was refused: there is none. */
        readonly unopened?: string;
        /** What the journal did not take, though it holds. */
        readonly unwritten?: EntryBody;
      }
    | ({ readonly type: 'tick' } & MayOpen)
    | { readonly type: 'shutdown'; readonly reason: string }
  );
export type EventOf<T extends RecorderEvent['type']> = Extract<RecorderEvent, { type: T }>;
