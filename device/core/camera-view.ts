import type { CameraPolicy, Position } from '@mingjing/protocol';
import type { HandedBy, Officer } from './officer.ts';
import type { Mode } from './state.ts';
import { WARNINGS, type ReportedTrouble, type Warning } from './warnings.ts';

export type { HandedBy, Officer, ReportedTrouble, Warning };
export { WARNINGS };

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
  readonly officerBy?: HandedBy;
  readonly position?: Position;
  /** Undefined: there is none, or it cannot be read. */
  readonly battery?: { readonly percent: number; readonly charging: boolean };
  /** Whether pictures, sound come in at this moment. */
  readonly picture: boolean;
  readonly sound: boolean;
  readonly warnings: readonly Warning[];
  /** As it holds now: for the active recording, that with which it was begun. */
  readonly policy: CameraPolicy;
  /** Of the signed policy that was applied last, hexadecimal; absent: none was. */
  readonly policySha256?: string;
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
