import { captureEnded, captureReady, captureTrouble } from './capture-rules.ts';
import { takeCaptured } from './captured-rules.ts';
import { watchClock } from './clock-rules.ts';
import type { Command } from './commands.ts';
import { dock, tellDocked } from './dock-rules.ts';
import type { RecorderEvent } from './events.ts';
import { assignOfficer } from './hand-over.ts';
import { dropPhotos, photoDeveloped, photoFailed } from './photo-rules.ts';
import { applyPolicy } from './policy-rules.ts';
import { power } from './power-rules.ts';
import { order, press } from './presses.ts';
import { closeRecording } from './recording.ts';
import { sourcesProbed } from './source-probes.ts';
import { position, trouble } from './standing-troubles.ts';
import { then, unchanged, type RecorderState, type Step } from './state.ts';
import { steer } from './steering.ts';
import { storageFailed, storageLevel } from './storage-rules.ts';
import { tick } from './ticking.ts';

/**
 * The recorder: all that decides what is recorded, when, and what is said about it.
 *
 * INVARIANT: for one recording the commands are open-recording, then segments (begin, append…, seal), then
 * close-recording, and nothing after it. Marks lie between opening and close. A wall clock that was set is told
 * before anything that is stamped with it.
 */
export function step(state: RecorderState, event: RecorderEvent): Step {
  if (state.phase === 'off' && !isHeardWhenOff(event)) return unchanged(state);
  if (state.phase !== 'on') return then(decide(state, event), steer);
  const { reference, step: set } = watchClock(state.clock, event);
  const seen = reference === state.clock ? state : { ...state, clock: reference };
  const { state: next, commands } = then(decide(seen, event), steer);
  return {
    state: next,
    commands: set === undefined ? commands : [{ type: 'clock-set', ...set }, ...commands],
  };
}

/** Power-off is the last entry: nothing that could be journaled behind it is heard any more. */
function isHeardWhenOff({ type }: RecorderEvent): boolean {
  const answered = ['press', 'order', 'assign-officer', 'policy'];
  return [...answered, 'capture-ended', 'recording-closed'].includes(type);
}

function decide(state: RecorderState, event: RecorderEvent): Step {
  switch (event.type) {
    case 'recovered':
      return start(state);
    case 'capture-ready':
      return captureReady(state, event);
    case 'fragment':
      return takeCaptured(state, event);
    case 'capture-trouble':
      return captureTrouble(state, event);
    case 'capture-ended':
      return captureEnded(state, event);
    case 'sources-probed':
      return sourcesProbed(state, event);
    case 'press':
      return press(state, event);
    case 'order':
      return order(state, event);
    case 'assign-officer':
      return assignOfficer(state, event);
    case 'policy':
      return applyPolicy(state, event);
    case 'photo-developed':
      return photoDeveloped(state, event);
    case 'photo-failed':
      return photoFailed(state, event);
    case 'dock':
      return dock(state, event);
    case 'power':
      return power(state, event);
    case 'clock-stepped':
      return unchanged(state); // told already, ahead of whatever else happens
    case 'position':
      return position(state, event);
    case 'trouble':
      return trouble(state, event);
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
  const alarms = state.troubles.map((code): Command => ({
    type: 'alarm',
    code,
    severity: 'warning',
    detail: 'at the start',
  }));
  const docked = state.docked ? tellDocked(state) : [];
  return { state: { ...state, phase: 'on' }, commands: [...alarms, ...docked, { type: 'publish-state' }] };
}

function closed(state: RecorderState, recording: string): Step {
  const closing = state.closing.filter((one) => one !== recording);
  return { state: { ...state, closing }, commands: [{ type: 'publish-state' }] };
}

function shutDown(state: RecorderState, reason: string): Step {
  if (state.phase === 'off') return unchanged(state);
  const ended = then(
    closeRecording(state, state.active?.stop === undefined ? 'power-off' : 'stopped', 'powered-off'),
    dropPhotos,
  );
  // What runs is stopped by the steering: nothing is wanted of it any more.
  return then(ended, (next) => ({
    state: { ...next, phase: 'off' },
    commands: [{ type: 'power-off', reason }, { type: 'publish-state' }],
  }));
}
