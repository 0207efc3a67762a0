import type { CameraPolicy, EntryBody, Stamp, Track } from '@mingjing/protocol';
import type { Officer } from './officer.ts';
import type { ReportedTrouble } from './warnings.ts';
import type { CaptureHead, CapturePlan, Source, Sources } from './capture-plan.ts';
import type { Command, MarkKind, OpeningCause } from './commands.ts';
import type { CaptureTrouble, RequestNumber } from './events.ts';
import { EMPTY_RING, type PreRecordRing } from './pre-record-ring.ts';
import type { Moment } from './time.ts';
import type { Timeline } from './timeline.ts';

export interface RecorderSettings {
  readonly device: string;
  readonly officer?: Officer;
  /** What holds until another is applied. */
  readonly policy: CameraPolicy;
  /** Of its exact bytes, if it came signed. */
  readonly policySha256?: string;
  /** What this camera has, by how it is built. */
  readonly sources: Sources;
  /** Free space below which nothing more is recorded: what the journal needs to say so, many times over. */
  readonly reserveBytes: number;
}

/**
 * - `off`: nothing runs and nothing is asked for.
 * - `waiting`: a run was asked for, and is not ready.
 * - `up`: it gives fragments.
 * - `stopping`: it was asked to end, and has not.
 */
export interface CaptureState {
  readonly phase: 'off' | 'waiting' | 'up' | 'stopping';
  /** Of the run that was asked for last. */
  readonly plan?: CapturePlan;
  readonly picture?: CameraPolicy['picture'];
  /** Of the run that is up, or was up until it was stopped. */
  readonly head?: CaptureHead;
  /** Runs that were asked for. */
  readonly asked: number;
  /** Runs that were ready. */
  readonly runs: number;
  readonly readyMono: number;
  /** When anything last came of the run that is up, or was. */
  readonly heardMono: number;
  /** When it was first seen not to have ended though it was asked to. */
  readonly lateSinceMono?: number;
  /** Where the fragment that is being taken right now begins. */
  readonly nextStart: string;
  /** Ends that nobody asked for, in a row. */
  readonly failures: number;
  readonly alarmed: boolean;
  /** It was stopped for another plan, which comes at once. */
  readonly switching: boolean;
  /** Of what the camera has, what is believed to work. */
  readonly available: Sources;
  /** What the journal was last told. */
  readonly told: Sources;
  /** When each is looked for next, while it is missing, and how long it is left alone if it goes again. */
  readonly probe: Readonly<Record<Source, Probing>>;
  readonly troubles: readonly CaptureTrouble[];
}

export interface Probing {
  readonly dueMono: number;
  readonly everyMs: number;
}

/** Sound of before this moment is not kept. */
export interface SoundFrom {
  readonly mono: number;
  /** Runs of the capture that were asked for by then: what a later one gives was all taken later. */
  readonly asked: number;
}

/** A recording of fragmented MP4: one init segment, one timeline. */
export interface Film {
  readonly init: Uint8Array;
  readonly tracks: readonly Track[];
  readonly timeline: Timeline;
  /** Of the first fragment. */
  readonly startMono: number;
  /** Where on the timeline the last fragment ends. */
  readonly endMs: number;
  /** The run the timeline is set for. */
  readonly run: number;
}

/** Who waits for a recording that is about to begin. */
export interface Opening {
  readonly recording: string;
  readonly mode: 'video' | 'audio';
  readonly cause: OpeningCause;
  readonly requests: readonly RequestNumber[];
  /** What it goes on from. */
  readonly continues?: ActiveRecording | StoppedShort;
}

/** A recording that was closed though nobody stopped it: it goes on as soon as it can. */
export interface StoppedShort {
  readonly recording: string;
  readonly mode: 'video' | 'audio';
  readonly byOrder: boolean;
  readonly policy: CameraPolicy;
  readonly cause: 'capture-back' | 'storage-back';
}

export interface ActiveRecording {
  readonly recording: string;
  readonly mode: 'video' | 'audio';
  /** An order began it, or what it goes on from, and no officer has pressed record since: an order may end it. */
  readonly byOrder: boolean;
  readonly policy: CameraPolicy;
  /** Unknown until the first fragment, and for sound alone. */
  readonly film?: Film;
  /** From the track numbers of the present run to those of the recording. */
  readonly ids?: ReadonlyMap<number, number>;
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
  readonly soundFrom: SoundFrom;
  /** When anything last came from the capture. */
  readonly heardMono: number;
  /** Stop was pressed: it records on until then. */
  readonly postUntilMono?: number;
  /** The fragment that holds this moment is the last. */
  readonly stop?: {
    readonly mono: number;
    readonly requests: readonly RequestNumber[];
    readonly next?: Opening;
  };
}

export interface Photo {
  readonly recording: string;
  readonly request: RequestNumber;
  readonly mono: number;
  readonly during?: string;
  /** Known when the picture is taken, and is being developed. */
  readonly stamp?: Stamp;
}

export interface PowerLevels {
  readonly percent?: number;
  readonly charging: boolean;
  readonly external: boolean;
}

export interface RecorderState {
  readonly settings: RecorderSettings;
  readonly policy: CameraPolicy;
  /** SHA-256 of the policy's bytes, once one was applied. */
  readonly policySha256?: string;
  readonly officer?: Officer;
  /** `ending`: the camera wants to be shut down. */
  readonly phase: 'starting' | 'on' | 'ending' | 'off';
  /** What the wall clock is held against. */
  readonly clock?: Moment;
  readonly capture: CaptureState;
  readonly storage: 'good' | 'full' | 'failed';
  /** What holds though the journal did not take it: told as soon as it takes entries again. */
  readonly unwritten: readonly EntryBody[];
  /** Levels of free space that were warned of, in bytes. */
  readonly spaceWarned: readonly number[];
  readonly power?: PowerLevels;
  /** Readings at the stop level in a row. */
  readonly emptyReadings: number;
  /** Levels of the battery that were warned of, in percent. */
  readonly powerWarned: readonly number[];
  readonly docked: boolean;
  readonly muted: boolean;
  /** The camera was muted until then. */
  readonly soundFrom: SoundFrom;
  readonly stealth: boolean;
  /** `none` until the first word of a receiver. */
  readonly position: 'none' | 'fix' | 'lost';
  readonly troubles: readonly ReportedTrouble[];
  readonly ring: PreRecordRing;
  readonly active?: ActiveRecording;
  readonly resume?: StoppedShort;
  readonly photos: readonly Photo[];
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

export const FIRST_PROBE_MS = 5_000;
/** No sound is too early. */
export const ALWAYS: SoundFrom = { mono: Number.NEGATIVE_INFINITY, asked: 0 };

export function initialState(settings: RecorderSettings): RecorderState {
  const { policy, policySha256, officer, sources } = settings;
  return {
    settings,
    policy,
    ...(policySha256 === undefined ? {} : { policySha256 }),
    ...(officer === undefined ? {} : { officer }),
    phase: 'starting',
    capture: {
      phase: 'off',
      asked: 0,
      runs: 0,
      readyMono: 0,
      heardMono: 0,
      nextStart: '',
      failures: 0,
      alarmed: false,
      switching: false,
      available: sources,
      told: sources,
      probe: {
        picture: { dueMono: 0, everyMs: FIRST_PROBE_MS },
        sound: { dueMono: 0, everyMs: FIRST_PROBE_MS },
      },
      troubles: [],
    },
    storage: 'good',
    unwritten: [],
    spaceWarned: [],
    emptyReadings: 0,
    powerWarned: [],
    docked: false,
    muted: false,
    soundFrom: ALWAYS,
    stealth: false,
    position: 'none',
    troubles: [],
    ring: EMPTY_RING,
    photos: [],
    closing: [],
  };
}

export function unchanged(state: RecorderState): Step {
  return { state, commands: [] };
}

/** The first step, then one that follows from its state. */
export function then(first: Step, next: (state: RecorderState) => Step): Step {
  const second = next(first.state);
  return { state: second.state, commands: [...first.commands, ...second.commands] };
}

/** The state without its active recording. */
export function withoutActive(state: RecorderState): RecorderState {
  const { active: _active, ...rest } = state;
  return rest;
}

/** The state without a recording that is to go on. */
export function withoutResume(state: RecorderState): RecorderState {
  const { resume: _resume, ...rest } = state;
  return rest;
}
