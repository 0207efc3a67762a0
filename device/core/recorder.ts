import { captureEnded, captureReady, takeCaptured, tick } from './capture-rules.ts';
import { watchClock } from './clock-rules.ts';
import type { RecorderEvent } from './events.ts';
import { press } from './presses.ts';
import { closeRecording } from './recording.ts';
import { unchanged, type RecorderState, type Step } from './state.ts';
import { storageFailed, storageLevel } from './storage-rules.ts';

/**
 * The recorder: all that decides what is recorded, when, and what is said about it.
 *
 * INVARIANT: for one recording the commands are open-recording, then segments (begin, append…, seal), then
 * close-recording, and nothing after it. Marks lie between opening and close. A wall clock that was set is told
 * before anything that is stamped with it.
 */
export function step(state: RecorderState, event: RecorderEvent): Step {
  if (state.phase !== 'on') return decide(state, event);
  const { reference, step: set } = watchClock(state.clock, event);
  const seen = reference === state.clock ? state : { ...state, clock: reference };
  const { state: next, commands } = decide(seen, event);
  return {
    state: next,
    commands: set === undefined ? commands : [{ type: 'clock-set', ...set }, ...commands],
  };
}

function decide(state: RecorderState, event: RecorderEvent): Step {
  switch (event.type) {
    case 'recovered':
      return start(state);
    case 'capture-ready':
      return state.phase === 'on' ? captureReady(state, event) : unchanged(state);
    case 'fragment':
      return takeCaptured(state, event);
    case 'capture-ended':
      return captureEnded(state, event);
    case 'press':
      return press(state, event);
    case 'recording-closed':
      return closed(state, event.recording);
    case 'storage-level':
      return storageLevel(state, event);
    case 'storage-failed':
      return storageFailed(state, event);
    case 'tick':
      return tick(state, event);
    case 'shutdown':
      return shutDown(state, event.reason);
    default:
      return event satisfies never;
  }
}

function start(state: RecorderState): Step {
  if (state.phase !== 'starting') return unchanged(state);
  return {
    state: { ...state, phase: 'on' },
    commands: [{ type: 'start-capture', delayMs: 0 }, { type: 'publish-state' }],
  };
}

function closed(state: RecorderState, recording: string): Step {
  const closing = state.closing.filter((one) => one !== recording);
  return { state: { ...state, closing }, commands: [{ type: 'publish-state' }] };
}

function shutDown(state: RecorderState, reason: string): Step {
  if (state.phase === 'off') return unchanged(state);
  const ended = closeRecording(state, state.active?.stop === undefined ? 'power-off' : 'stopped');
  return {
    state: { ...ended.state, phase: 'off' },
    commands: [
      ...ended.commands,
      { type: 'stop-capture' },
      { type: 'power-off', reason },
      { type: 'publish-state' },
    ],
  };
}
