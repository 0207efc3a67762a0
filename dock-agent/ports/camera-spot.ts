import type { Presence } from './presence.ts';

/** A bay that also knows where its camera answers. */
export interface CameraSpot extends Presence {
  /** MUST be set before `onChange(true)`, and stay until the next; an https URL. Where it points, anybody may answer. */
  readonly url: string;
}
