import type { ChangeDetail } from '../../../core/review-shapes.ts';

/** A stretch of a recording without picture or without sound. */
export interface Lack {
  readonly start: number;
  readonly end: number;
  readonly lack: 'picture' | 'sound';
}

/** Where, by what the camera wrote into its journal, there is one of the two and not the other. Pure. */
export function lacksOf(changes: readonly ChangeDetail[], seconds: number): Lack[] {
  const lacks: Lack[] = [];
  let capture = { picture: true, sound: true };
  let muted = false;
  let start = 0;
  const end = (time: number): void => {
    const sound = capture.sound && !muted;
    if (time > start && capture.picture !== sound)
      lacks.push({ start, end: time, lack: capture.picture ? 'sound' : 'picture' });
    start = Math.max(start, time);
  };
  for (const change of changes) {
    end(change.time);
    if (change.capture !== undefined) ({ capture } = { capture: change.capture });
    if (change.setting?.setting === 'mute') muted = change.setting.on;
  }
  end(seconds);
  return lacks;
}
