import { mapTracks, ProtocolError } from '@mingjing/protocol';
import {
  NOTHING,
  reasonOf,
  sameSources,
  sourcesOf,
  type CaptureHead,
  type Source,
  type Sources,
} from './capture-plan.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { EMPTY_RING } from './pre-record-ring.ts';
import { closeRecording, endRecording, openRecording, sealSegment } from './recording.ts';
import { then, unchanged, type CaptureState, type RecorderState, type Step } from './state.ts';
import { lostAlarm, lostAlarms, probesAfter } from './source-probes.ts';

/** A capture that ran so long was well: the next failure is a new one. */
export const STABLE_MS = 10_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;

export function captureReady(state: RecorderState, event: EventOf<'capture-ready'>): Step {
  const { capture } = state;
  if (capture.phase !== 'waiting') return unchanged(state);
  const { head } = event;
  const there = sourcesOf(head);
  const up: CaptureState = {
    ...capture,
    phase: 'up',
    head,
    // What it gives, even where that is less than was asked for: to ask again at once would not help.
    plan: head.format === 'wav' ? head : { format: 'mp4', ...there },
    runs: capture.runs + 1,
    readyMono: event.mono,
    heardMono: event.mono,
    nextStart: event.at,
    switching: false,
    available: head.format === 'wav' ? { ...capture.available, sound: true } : there,
    troubles: [],
  };
  const ready: Step = {
    state: { ...state, capture: up, ring: EMPTY_RING },
    commands: [...lostAlarms(state, up.available), { type: 'publish-state' }],
  };
  return then(
    then(ready, (next) => tellSources(next, there, head)),
    (next) => goOn(next, event),
  );
}

/** The journal is told what comes in from here on, when that is something else than it knows. */
function tellSources(state: RecorderState, there: Sources, { format }: CaptureHead): Step {
  const { capture, active } = state;
  if (format === 'wav' || sameSources(there, capture.told)) return unchanged(state);
  const reason = reasonOf(capture.told, there);
  return {
    state: { ...state, capture: { ...capture, told: there } },
    commands: [
      {
        type: 'journal',
        entry: {
          type: 'capture-changed',
          ...there,
          reason,
          ...(active === undefined ? {} : { recording: active.recording }),
        },
      },
    ],
  };
}

/** A recording goes on over a restart of the capture; if what comes now does not fit it, in another that continues it. */
function goOn(state: RecorderState, event: EventOf<'capture-ready'>): Step {
  const { active } = state;
  const { head } = event;
  if (active?.film === undefined || head.format !== 'mp4') return unchanged(state);
  const ids = fittingTracks(active.film.init, head.init);
  if (ids !== undefined) return unchanged({ ...state, active: { ...active, ids } });
  if (active.stop !== undefined) return endRecording(state, 'stopped', event);
  return then(closeRecording(state, 'capture-changed'), (closed) =>
    openRecording(
      closed,
      {
        recording: event.freshRecording,
        mode: active.mode,
        cause: 'capture-changed',
        requests: [],
        continues: active,
      },
      event,
    ),
  );
}

/** What cannot even be read does not fit. */
function fittingTracks(recording: Uint8Array, capture: Uint8Array): Map<number, number> | undefined {
  try {
    return mapTracks(recording, capture);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** The capture is gone. What was being recorded goes on as soon as something comes again. */
export function captureEnded(state: RecorderState, event: EventOf<'capture-ended'>): Step {
  const { capture } = state;
  // What was asked for has not begun: it is the end of a run that had ended by itself before it could be stopped.
  const isBehind = capture.phase === 'waiting' && event.reason === 'stopped';
  if (capture.phase === 'off' || isBehind) return unchanged(state);
  const { head: _head, lateSinceMono: _late, ...headless } = capture;
  const without = (next: CaptureState): RecorderState => ({ ...state, ring: EMPTY_RING, capture: next });
  if (capture.phase === 'stopping' || state.phase !== 'on')
    return sealSegment(without({ ...headless, phase: 'off', troubles: [] }));
  const wasWell = capture.phase === 'up' && event.mono - capture.readyMono >= STABLE_MS;
  const failed: CaptureState = {
    ...headless,
    phase: 'waiting',
    failures: wasWell ? 1 : capture.failures + 1,
    alarmed: capture.alarmed && !wasWell,
    switching: false,
    troubles: [],
    probe: probesAfter(capture, event.mono),
  };
  const { lost } = event;
  const sealed = then(sealSegment(without(failed)), (next) =>
    next.active?.stop === undefined ? unchanged(next) : endRecording(next, 'stopped', event),
  );
  return then(sealed, (next) =>
    lost !== undefined && next.capture.available[lost]
      ? loseSource(next, lost, event, capture.phase === 'up')
      : retry(next, event),
  );
}

/** One of the two is known to be gone: the other is taken at once, if that is of any use. */
function loseSource(
  state: RecorderState,
  lost: Source,
  event: EventOf<'capture-ended'>,
  wasUp: boolean,
): Step {
  const { capture } = state;
  const available = { ...capture.available, [lost]: false };
  const { everyMs } = capture.probe[lost];
  const probe = { ...capture.probe, [lost]: { dueMono: event.mono + everyMs, everyMs } };
  const known: Step = {
    state: { ...state, capture: { ...capture, available, probe } },
    commands: [lostAlarm(lost, event.detail)],
  };
  if (capture.plan?.format === 'wav' || sameSources(available, NOTHING))
    return then(known, (next) => retry(next, event));
  return then(known, (next) => {
    const failures = Math.max(0, capture.failures - 1);
    // Off, so that the steering begins the other without delay.
    return {
      state: { ...next, capture: { ...next.capture, phase: 'off', failures, switching: wasUp } },
      commands: [{ type: 'publish-state' }],
    };
  });
}

/** Everybody is told once, the recording is told, and it is tried again, later each time. */
function retry(state: RecorderState, event: EventOf<'capture-ended'>): Step {
  const { capture, active } = state;
  const detail = `${event.reason}: ${event.detail}`.slice(0, 1000);
  const commands: Command[] = [];
  if (!capture.alarmed) commands.push({ type: 'alarm', code: 'capture-lost', severity: 'critical', detail });
  const tell = active !== undefined && !sameSources(capture.told, NOTHING);
  if (tell) {
    const { recording } = active;
    const entry = { type: 'capture-changed', ...NOTHING, reason: 'capture-lost', recording } as const;
    commands.push({ type: 'journal', entry });
  }
  const told = tell ? NOTHING : capture.told;
  const { plan } = capture;
  let { asked } = capture;
  if (plan !== undefined) {
    commands.push({ type: 'start-capture', plan, delayMs: backOff(capture.failures) });
    asked += 1;
  }
  commands.push({ type: 'probe-sources' }, { type: 'publish-state' });
  return { state: { ...state, capture: { ...capture, asked, told, alarmed: true } }, commands };
}

export function captureTrouble(state: RecorderState, { kind, detail }: EventOf<'capture-trouble'>): Step {
  const { capture } = state;
  if (capture.phase !== 'up' || capture.troubles.includes(kind)) return unchanged(state);
  return {
    state: { ...state, capture: { ...capture, troubles: [...capture.troubles, kind] } },
    commands: [
      { type: 'alarm', code: kind, severity: 'warning', detail: detail.slice(0, 1000) },
      { type: 'publish-state' },
    ],
  };
}

export function backOff(failures: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
}
