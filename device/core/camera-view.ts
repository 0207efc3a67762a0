import type { CameraPolicy, Position } from '@mingjing/protocol';
import type { Mode } from './state.ts';

/** What is wrong at this moment and stays so until it is mended. Closed. */
export const WARNINGS = [
  'picture-lost',
  'sound-lost',
  'frame-rate-low',
  'sound-drifts',
  'storage-low',
  'storage-full',
  'storage-failed',
  'battery-low',
  'position-lost',
  'buttons-lost',
  'clock-behind',
  'clock-implausible',
] as const;
export type Warning = (typeof WARNINGS)[number];

/** Troubles that parts of the case notice by themselves and tell the camera. */
export type ReportedTrouble = Extract<Warning, 'buttons-lost' | 'clock-behind' | 'clock-implausible'>;

/** Who carries the camera. */
export interface Officer {
  readonly number: string;
  readonly name?: string;
  readonly certificate?: string;
}

/** All that lights, panel and messages tell. */
export interface CameraView {
  readonly device: string;
  readonly agency: string;
  readonly mode: Mode;
  readonly at: string;
  readonly recording?: string;
  /** Of the active recording. */
  readonly activity?: 'video' | 'audio';
  /** Of the active recording, pre-event footage not counted. */
  readonly elapsedMs?: number;
  /** Until post-recording ends by itself. */
  readonly postRecordLeftMs?: number;
  readonly muted: boolean;
  readonly stealth: boolean;
  readonly officer?: string;
  readonly officerName?: string;
  readonly officerCertificate?: string;
  readonly position?: Position;
  /** Undefined: there is none, or it cannot be read. */
  readonly battery?: { readonly percent: number; readonly charging: boolean };
  /** Whether pictures, sound come in at this moment. */
  readonly picture: boolean;
  readonly sound: boolean;
  readonly warnings: readonly Warning[];
  /** As it holds now: for the active recording, that with which it was begun. */
  readonly policy: CameraPolicy;
  readonly ringSeconds: number;
  readonly journalSize: number;
  /** Objects no receipt has released. */
  readonly unreceipted: number;
  readonly storedBytes: number;
  readonly freeBytes?: number;
  readonly attached: boolean;
  /** Undefined: none is configured. */
  readonly brokerConnected?: boolean;
  /** The last thing that was said to the person holding the camera. */
  readonly notice?: { readonly zh: string; readonly en: string };
}
