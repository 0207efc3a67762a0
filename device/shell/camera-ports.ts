import type { Certificate } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Officer } from '../core/camera-view.ts';
import type { RecorderSettings } from '../core/state.ts';
import type { Capture } from '../ports/capture.ts';
import type { Clock } from '../ports/clock.ts';
import type { FootageStore } from '../ports/footage-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { Messages } from '../ports/messages.ts';
import type { PositionSource } from '../ports/position-source.ts';

/** Who this camera is, and whom it works for. */
export interface CameraSettings {
  readonly recorder: RecorderSettings;
  readonly software: string;
  readonly officer?: Officer;
  /** Evidence certificate and its issuers, PEM, leaf first. */
  readonly evidence: { readonly certificate: Certificate; readonly chain: readonly string[] };
  readonly roots: readonly string[];
  /** age recipients of the agency: to them the keys of recordings are wrapped. */
  readonly recipients: readonly string[];
}

/** The world as the shell knows it. */
export interface CameraPorts {
  readonly capture: Capture;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly store: FootageStore;
  readonly messages: Messages;
  readonly position: PositionSource;
  readonly log: Log;
}
