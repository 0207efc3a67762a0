import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { EMPTY_RING, pushToRing } from './pre-record-ring.ts';
import { closeRecording, takeFragment } from './recording.ts';
import { unchanged, type RecorderState, type Step } from './state.ts';
import { addMillis } from './time.ts';

/** A capture that ran so long was well: the next failure is a new one. */
export const STABLE_MS = 10_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** After a stop the last fragment is awaited so long. */
export const STOP_GRACE_MS = 2_500;

export function captureReady(state: RecorderState, event: EventOf<'capture-ready'>): Step {
  const { failures, alarmed } = state.capture;
  const capture = {
    kind: 'up',
    init: event.init,
    tracks: event.tracks,
    sinceMono: event.mono,
    failures,
    alarmed,
    nextStart: event.at,
  } as const;
  return { state: { ...state, capture, ring: EMPTY_RING }, commands: [{ type: 'publish-state' }] };
}

export function takeCaptured(state: RecorderState, event: EventOf<'fragment'>): Step {
  if (state.capture.kind === 'down' || state.phase === 'off') return unchanged(state);
  const { fragment } = event;
  const capture = { ...state.capture, nextStart: addMillis(fragment.at, fragment.durationMs) };
  const seen = { ...state, capture };
  if (seen.active === undefined) {
    return unchanged({
      ...seen,
      ring: pushToRing(seen.ring, event, seen.settings.policy.preRecordSeconds * 1000),
    });
  }
  const taken = takeFragment(seen, event);
  const { stop } = seen.active;
  if (stop === undefined || fragment.mono + fragment.durationMs < stop.mono) return taken;
  const closed = closeRecording(taken.state, 'stopped');
  return { state: closed.state, commands: [...taken.commands, ...closed.commands] };
}

/** The capture is gone: what was recorded is closed, everybody is told once, and it is tried again. */
export function captureEnded(state: RecorderState, event: EventOf<'capture-ended'>): Step {
  if (state.phase === 'off') return unchanged(state);
  const { capture } = state;
  const wasWell = capture.kind === 'up' && event.mono - capture.sinceMono >= STABLE_MS;
  const failures = wasWell ? 1 : capture.failures + 1;
  const told = capture.alarmed && !wasWell;
  const closed = closeRecording(state, state.active?.stop === undefined ? 'capture-lost' : 'stopped');
  const detail = `${event.reason}: ${event.detail}`.slice(0, 1000);
  const alarm: Command[] = told
    ? []
    : [{ type: 'alarm', code: 'capture-lost', severity: 'critical', detail }];
  return {
    state: { ...closed.state, ring: EMPTY_RING, capture: { kind: 'down', failures, alarmed: true } },
    commands: [
      ...closed.commands,
      ...alarm,
      { type: 'publish-state' },
      { type: 'start-capture', delayMs: backOff(failures) },
    ],
  };
}

export function tick(state: RecorderState, event: EventOf<'tick'>): Step {
  const stop = state.active?.stop;
  if (stop !== undefined && event.mono - stop.mono >= STOP_GRACE_MS) return closeRecording(state, 'stopped');
  return unchanged(state);
}

export function backOff(failures: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
}
