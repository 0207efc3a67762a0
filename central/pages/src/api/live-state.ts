import type { CameraState } from '@mingjing/protocol';
import type { LiveAlarm, LiveEvents, LiveSnapshot } from '../../../core/review-shapes.ts';

/** What the archive says at this moment of cameras, docks and alarms. */
export interface LiveState extends LiveSnapshot {
  readonly line: 'connecting' | 'open' | 'lost';
  /** Grows whenever recordings changed, or may have while the line was down. */
  readonly changes: number;
}

export type LiveEvent =
  | { [N in keyof LiveEvents]: { readonly name: N; readonly data: LiveEvents[N] } }[keyof LiveEvents]
  | { readonly name: 'line'; readonly data: LiveState['line'] }
  | { readonly name: 'dismiss'; readonly data: string };

export const NO_LIVE: LiveState = {
  line: 'connecting',
  changes: 0,
  cameras: {},
  docks: {},
  progress: {},
  alarms: [],
};
const ALARMS_KEPT = 20;

export function stepLive(state: LiveState, event: LiveEvent): LiveState {
  switch (event.name) {
    case 'line':
      return { ...state, line: event.data };
    case 'snapshot':
      return { ...event.data, line: 'open', changes: state.changes + 1 };
    case 'camera':
      return {
        ...state,
        cameras: { ...state.cameras, [event.data.id]: event.data.state },
        // Whether a recording goes on is the camera's word of this moment.
        changes:
          state.changes +
          (recordingOf(state.cameras[event.data.id]) === recordingOf(event.data.state) ? 0 : 1),
      };
    case 'dock':
      return { ...state, docks: { ...state.docks, [event.data.id]: event.data.state } };
    case 'progress':
      return {
        ...state,
        progress: {
          ...state.progress,
          [progressKey(event.data.id, event.data.progress.bay)]: event.data.progress,
        },
      };
    case 'alarm':
      return { ...state, alarms: addAlarm(state.alarms, event.data) };
    case 'dismiss':
      return { ...state, alarms: state.alarms.filter(({ alarm }) => alarm.id !== event.data) };
    case 'recordings-changed':
      return { ...state, changes: state.changes + 1 };
    default:
      return event satisfies never;
  }
}

function recordingOf(camera: CameraState | undefined): string | undefined {
  return camera?.online === true ? camera.recording : undefined;
}

export function progressKey(dock: string, bay: number): string {
  return dock.includes('/') ? dock : `${dock}/${bay}`;
}

/** An alarm sent twice is shown once. */
function addAlarm(alarms: readonly LiveAlarm[], added: LiveAlarm): readonly LiveAlarm[] {
  if (alarms.some(({ alarm }) => alarm.id === added.alarm.id)) return alarms;
  return [...alarms, added].slice(-ALARMS_KEPT);
}
