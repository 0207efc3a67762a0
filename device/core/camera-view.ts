import type { Position } from '@mingjing/protocol';
import type { Mode } from './state.ts';

/** All that lights, panel and messages tell. */
export interface CameraView {
  readonly device: string;
  readonly mode: Mode;
  readonly at: string;
  readonly recording?: string;
  /** Of the active recording, pre-event footage not counted. */
  readonly elapsedMs?: number;
  readonly officer?: string;
  readonly officerName?: string;
  readonly position?: Position;
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
