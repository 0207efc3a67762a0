import { ANSWERS, type Answer, type AnswerCode } from './answers.ts';
import type { CameraView, Warning } from './camera-view.ts';
import type { Cue } from './signals.ts';

/** Milliseconds on and off in turn, beginning with on. Each is felt as another: by its beats, or by their length. */
export interface Rhythm {
  readonly buzzer: readonly number[];
  readonly vibration: readonly number[];
}

export const RHYTHMS: Readonly<Record<Cue, Rhythm>> = {
  marked: { buzzer: [60], vibration: [120] },
  started: { buzzer: [300], vibration: [400] },
  photo: { buzzer: [40, 60, 40], vibration: [80, 80, 80] },
  stopped: { buzzer: [150, 120, 150], vibration: [250, 150, 250] },
  ready: { buzzer: [60, 80, 250], vibration: [100, 100, 300] },
  refused: { buzzer: [80, 80, 80, 80, 80], vibration: [120, 100, 120, 100, 120] },
  warning: { buzzer: [250, 150, 250, 150, 250], vibration: [300, 150, 300, 150, 300] },
  fault: { buzzer: [700, 200, 700], vibration: [800, 200, 800] },
};

/** What an answer to a button sounds like. What is not here is heard when the camera does it, or says nothing. */
const CUES: Partial<Readonly<Record<AnswerCode, Cue>>> = {
  'recording-started': 'started',
  'audio-started': 'started',
  'recording-continued': 'started',
  'recording-stopped': 'stopped',
  'post-recording': 'stopped',
  'photo-taken': 'photo',
  marked: 'marked',
  'key-marked': 'marked',
  muted: 'stopped',
  unmuted: 'started',
  'stealth-on': 'stopped',
  'stealth-off': 'ready',
  // Nothing was done: whoever pressed meant something else.
  'hold-to-stop': 'refused',
  'already-recording': 'refused',
  'not-recording': 'refused',
};

export function cueOfAnswer({ code }: Answer): Cue | undefined {
  return ANSWERS[code].ok ? CUES[code] : 'refused';
}

export type Changing = Pick<
  CameraView,
  'mode' | 'recording' | 'warnings' | 'freeBytes' | 'battery' | 'policy'
>;

/**
 * What a change sounds like that no button of this panel caused: an order from afar, a page, a time that ran out, a
 * level that was reached. Of many things at once the gravest.
 */
export function cueOfChange(before: Changing, after: Changing): Cue | undefined {
  if (isFaulty(after) && !isFaulty(before)) return 'fault';
  if (isRecording(before) && !isRecording(after)) return 'stopped';
  if (isRecording(after) && !isRecording(before)) return 'started';
  if (isNewlyGrave(before, after)) return 'warning';
  if (before.mode === 'starting' && after.mode === 'standby') return 'ready';
  return undefined;
}

function isFaulty({ mode }: Changing): boolean {
  return mode === 'fault' || mode === 'storage-full';
}

/** Whether it goes on recording until somebody stops it. */
export function isRecording({ mode }: Pick<CameraView, 'mode'>): boolean {
  return mode === 'recording';
}

function isNewlyGrave(before: Changing, after: Changing): boolean {
  const fresh = after.warnings.filter((warning) => !before.warnings.includes(warning));
  return (
    fresh.some((warning) => !LEVELLED.includes(warning)) ||
    batteryLevel(after) > batteryLevel(before) ||
    (isStorageNearlyFull(after) && !isStorageNearlyFull(before))
  );
}

/** Those that are heard by level, not by being there. */
const LEVELLED: readonly Warning[] = ['storage-low', 'battery-low'];

/** How many levels of policy the battery has passed: each is heard. */
function batteryLevel({ policy, battery }: Changing): number {
  if (battery === undefined || battery.charging) return 0;
  return policy.battery.warnAtPercent.filter((percent) => battery.percent <= percent).length;
}

/** Of the storage's levels only the last is heard. */
function isStorageNearlyFull({ policy, freeBytes, warnings }: Changing): boolean {
  return (
    warnings.includes('storage-low') &&
    freeBytes !== undefined &&
    freeBytes <= Math.min(...policy.storage.warnAtBytes)
  );
}
