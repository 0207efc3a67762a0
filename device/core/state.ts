import type { CameraPolicy, Track } from '@mingjing/protocol';
import type { Command, MarkKind } from './commands.ts';
import type { RequestNumber } from './events.ts';
import { EMPTY_RING, type PreRecordRing } from './pre-record-ring.ts';
import type { Moment } from './time.ts';
import type { Timeline } from './timeline.ts';

export interface RecorderSettings {
  readonly device: string;
  readonly officer?: string;
  readonly policy: CameraPolicy;
  /** Free space below which nothing more is recorded: what the journal needs to say so, many times over. */
  readonly reserveBytes: number;
}

export type CaptureState =
  | { readonly kind: 'down'; readonly failures: number; readonly alarmed: boolean }
  | {
      readonly kind: 'up';
      readonly init: Uint8Array;
      readonly tracks: readonly Track[];
      readonly sinceMono: number;
      readonly failures: number;
      readonly alarmed: boolean;
      /** Where the fragment that is being taken right now begins. */
      readonly nextStart: string;
    };

export interface ActiveRecording {
  readonly recording: string;
  /** Unknown until the first fragment. */
  readonly timeline?: Timeline;
  readonly segment?: { readonly durationMs: number };
  /** Segments begun so far. */
  readonly segments: number;
  /** Fragments so far: the sequence number of stamps. */
  readonly fragments: number;
  readonly pendingMarks: readonly MarkKind[];
  readonly start: string;
  readonly startMono: number;
  /** End of the last fragment taken in. */
  readonly end: string;
  /** Stop was pressed: the fragment that holds this moment is the last. */
  readonly stop?: { readonly mono: number; readonly requests: readonly RequestNumber[] };
}

export interface RecorderState {
  readonly settings: RecorderSettings;
  readonly phase: 'starting' | 'on' | 'off';
  /** What the wall clock is held against. */
  readonly clock?: Moment;
  readonly capture: CaptureState;
  readonly storage: 'good' | 'low' | 'full' | 'failed';
  readonly ring: PreRecordRing;
  readonly active?: ActiveRecording;
  /** Recordings whose close is on its way to the journal. */
  readonly closing: readonly string[];
}

export interface Step {
  readonly state: RecorderState;
  readonly commands: readonly Command[];
}

/** What light and panel show. */
export type Mode =
  | 'starting'
  | 'standby'
  | 'recording'
  | 'post-record'
  | 'stopping'
  | 'closing'
  | 'docked'
  | 'storage-full'
  | 'fault'
  | 'off';

export function initialState(settings: RecorderSettings): RecorderState {
  return {
    settings,
    phase: 'starting',
    capture: { kind: 'down', failures: 0, alarmed: false },
    storage: 'good',
    ring: EMPTY_RING,
    closing: [],
  };
}

export function modeOf(state: RecorderState): Mode {
  if (state.phase === 'off') return 'off';
  if (state.active !== undefined) return state.active.stop === undefined ? 'recording' : 'stopping';
  if (state.storage === 'failed') return 'fault';
  if (state.closing.length > 0) return 'closing';
  if (state.storage === 'full') return 'storage-full';
  if (state.phase === 'starting') return 'starting';
  if (state.capture.kind === 'up') return 'standby';
  return state.capture.failures > 0 ? 'fault' : 'starting';
}

export function unchanged(state: RecorderState): Step {
  return { state, commands: [] };
}

/** The state without its active recording. */
export function withoutActive(state: RecorderState): RecorderState {
  const { active: _active, ...rest } = state;
  return rest;
}
