import type { Answer } from '../core/answers.ts';
import type { CameraView } from '../core/camera-view.ts';
import type { Button } from '../core/events.ts';

/** What a person, or a test, can do to the camera. */
export interface CameraHands {
  /** Resolves when what the answer says is durable. */
  press(button: Button): Promise<Answer>;
  /** Puts the camera into its dock, or takes it out. Resolves when the link is up, or down. */
  dock(attached: boolean): Promise<void>;
  /** Resolves when everything is closed; the process may end. */
  shutDown(reason: string): Promise<void>;
  view(): CameraView;
}

/** Something with buttons on it. */
export interface Controls {
  close(): Promise<void>;
}
