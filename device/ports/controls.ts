import type { Answer } from '../core/answers.ts';
import type { CameraView, HandedBy, Officer, ReportedTrouble } from '../core/camera-view.ts';
import type { Button } from '../core/events.ts';

/** What a person, an order, or a test can do to the camera. */
export interface CameraHands {
  /** Resolves when what the answer says is durable. */
  /** `held`: it was held down as long as it takes to end what is being recorded. */
  press(button: Button, held?: boolean): Promise<Answer>;
  /**
   * A recording begun or ended from afar. Whoever calls MUST have checked who sent it; `by` names them in the log.
   * Policy decides whether it is obeyed. An order ends only what an order began.
   */
  order(kind: 'start' | 'stop', by: string): Promise<Answer>;
  /**
   * Hands the camera to an officer, or back. Refused while recording. Resolves when it is durable. `by`: a dock did; whoever
   * calls MUST have checked that it signed it.
   */
  assignOfficer(officer: Officer | undefined, by?: HandedBy): Promise<Answer>;
  /**
   * Exact bytes of a policy, JSON. Whoever calls MUST have checked the agency's signature on them. Takes hold with the
   * next recording, and is kept over a restart. Refused: what is no policy, and a lower version than the present one.
   */
  applyPolicy(policy: Uint8Array): Promise<Answer>;
  /** Puts the camera into its dock, or takes it out. Resolves when the link is up, or down. */
  dock(attached: boolean): Promise<void>;
  /** A part of the case fails (`detail`), or works again (undefined). Never throws. */
  report(trouble: ReportedTrouble, detail: string | undefined): void;
  /** Resolves when everything is closed; the process may end. */
  shutDown(reason: string): Promise<void>;
  view(): CameraView;
  /** Called at once and after every change, newest view only. Gives the way to end it. A listener MUST NOT throw. */
  watch(listener: (view: CameraView) => void): () => void;
}

/** Something with buttons on it. */
export interface Controls {
  /** Shows and sounds where it is, once. Never throws. */
  locate?(): void;
  close(): Promise<void>;
}
