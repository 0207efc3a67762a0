import type { CameraPolicy, Certificate } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { RecorderSettings } from '../core/state.ts';
import type { Capture } from '../ports/capture.ts';
import type { AdvisedClock } from '../ports/clock.ts';
import type { DeviceMemory } from '../ports/device-memory.ts';
import type { FootageStore } from '../ports/footage-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { Messages } from '../ports/messages.ts';
import type { PhotoMaker } from '../ports/photo-maker.ts';
import type { PositionSource } from '../ports/position-source.ts';
import type { Power } from '../ports/power.ts';
import type { Viewfinder } from '../ports/viewfinder.ts';

/** Who this camera is, and whom it works for. */
export interface CameraSettings {
  readonly recorder: RecorderSettings;
  readonly software: string;
  /** Evidence certificate and its issuers, PEM, leaf first. */
  readonly evidence: { readonly certificate: Certificate; readonly chain: readonly string[] };
  readonly roots: readonly string[];
  /** age recipients of the agency: to them the keys of recordings are wrapped. */
  readonly recipients: readonly string[];
}

/** What is there as long as the process lives. */
export interface CameraBody {
  readonly capture: Capture;
  readonly photoMaker: PhotoMaker;
  readonly clock: AdvisedClock;
  readonly position: PositionSource;
  /** Absent: no battery to look at. */
  readonly power?: Power;
  /** Absent: nobody looks through the camera. */
  readonly viewfinder?: Viewfinder;
  readonly log: Log;
}

/** What lies on the storage medium, and may have to be opened anew. */
export interface CameraMedium {
  readonly journal: Journal;
  readonly store: FootageStore;
  readonly memory: DeviceMemory;
  readonly messages: Messages;
}

/** The world as the shell knows it. */
export type CameraPorts = CameraBody & CameraMedium;

/** What the camera asks of whoever runs it. */
export interface CameraLife {
  /** It has decided to end, and wants to be shut down. */
  switchOff(reason: string): void;
  /** Journal and medium do not come together again: only opening them anew can help. */
  broken(detail: string): void;
  /** Somebody far away looks for the camera: it is to be seen and heard, unless it hides. Absent: it cannot. */
  locate?(): void;
  /** From now on pictures are taken as this policy says. */
  policyApplied(policy: CameraPolicy): void;
}
