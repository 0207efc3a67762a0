import type { ChargeAlarmCode } from '../core/charging-model.ts';
import type { FailureCode } from '../core/failures.ts';
import type { ShownState } from '../core/bay-model.ts';

export interface BayProgress {
  readonly bay: number;
  readonly camera: string;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly objects: number;
  readonly totalObjects: number;
  /** Milliseconds; undefined while nobody can say. */
  readonly remaining: number | undefined;
}

/** How a bay charges its camera. */
export type ChargeState = 'empty' | 'waiting' | 'starting' | 'charging' | 'full' | 'fault';
export interface BayCharge {
  readonly bay: number;
  readonly state: ChargeState;
  /** Milliamperes, degrees Celsius; undefined while nobody can say. */
  readonly milliamps: number | undefined;
  readonly celsius: number | undefined;
}
/** What the camera in a bay said of itself. */
export interface CameraFacts {
  readonly bay: number;
  readonly camera: string;
  readonly batteryPercent: number | undefined;
  readonly freeBytes: number | undefined;
  readonly officer: { readonly number: string; readonly name: string } | undefined;
  /** The latest its journal names; absent: none. */
  readonly diagnosis?: { readonly at: string; readonly result: string };
}

/** What goes wrong with the dock as a whole, or outside any bay. */
export type DockAlarmCode =
  | 'outbox-full'
  | 'outbox-damaged'
  | 'outbox-refused'
  | 'upload-overdue'
  | 'camera-not-seen'
  | 'archive-forked'
  | 'witness-stopped'
  | 'revocations-bad'
  | 'revocations-stale';

export interface BayAlarm {
  /** undefined: of no bay. */
  readonly bay: number | undefined;
  /** undefined: nobody knows yet which is in it. */
  readonly camera: string | undefined;
  /** So that an alarm sent twice is shown once: 32 hexadecimal digits. */
  readonly id: string;
  readonly code: FailureCode | DockAlarmCode | ChargeAlarmCode;
  /** `info`: what was told under this code is well again. */
  readonly severity: 'info' | 'warning' | 'critical';
  readonly detail: string;
}

/**
 * How the dock tells people about itself. Never blocks or fails a transfer. An alarm MUST survive a kill of this
 * process once `alarm` has returned; of states and progress only the newest matters.
 */
export interface Messages {
  showBay(bay: number, state: ShownState, camera: string | undefined): void;
  progress(progress: BayProgress): void;
  alarm(alarm: BayAlarm): void;
  showCharge(charge: BayCharge): void;
  showCamera(facts: CameraFacts): void;
  close(): Promise<void>;
}
