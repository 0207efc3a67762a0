import { makeStampBox, type Stamp } from '@mingjing/protocol';
import type { CloseReason, Command } from './commands.ts';
import { addMillis, type Moment } from './time.ts';
import type { StampedFragment } from './fragment.ts';
import { EMPTY_RING } from './pre-record-ring.ts';
import { endsBefore } from './segmenter.ts';
import { withoutActive, type ActiveRecording, type RecorderState, type Step } from './state.ts';
import { millisInto, rebase, timelineFrom } from './timeline.ts';

/** Opens a recording with all that the ring holds. The ring is used up: no footage is in two recordings. */
export function openRecording(
  state: RecorderState,
  recording: string,
  moment: Moment,
  firstStart: string,
): Step {
  const start = state.ring.fragments[0]?.fragment.at ?? firstStart;
  const { officer } = state.settings;
  const active: ActiveRecording = {
    recording,
    segments: 0,
    fragments: 0,
    pendingMarks: [],
    start,
    startMono: moment.mono,
    end: start,
  };
  const opened: Step = {
    state: { ...state, ring: EMPTY_RING, active },
    commands: [
      {
        type: 'open-recording',
        recording,
        cause: 'button',
        start,
        ...(officer === undefined ? {} : { officer }),
      },
    ],
  };
  return state.ring.fragments.reduce((step, fragment) => {
    const next = takeFragment(step.state, fragment);
    return { state: next.state, commands: [...step.commands, ...next.commands] };
  }, opened);
}

/** The next fragment of the active recording, into its segment or a new one. */
export function takeFragment(state: RecorderState, stamped: StampedFragment): Step {
  const { active, capture, settings } = state;
  if (active === undefined || capture.kind === 'down') return { state, commands: [] };
  const { fragment, clock } = stamped;
  const { recording } = active;
  const timeline = active.timeline ?? timelineFrom(capture.tracks, fragment);
  const commands: Command[] = [];
  let { segment, segments } = active;
  if (
    segment !== undefined &&
    endsBefore(segment.durationMs, fragment.durationMs, settings.policy.segmentSeconds * 1000)
  ) {
    commands.push({ type: 'seal-segment', recording, end: active.end });
    segment = undefined;
  }
  if (segment === undefined) {
    const { init } = capture;
    commands.push({ type: 'begin-segment', recording, index: segments, init, start: fragment.at, clock });
    segments += 1;
  }
  const emsg = makeStampBox(
    stampOf(state, active, stamped),
    millisInto(timeline, fragment),
    active.fragments,
  );
  commands.push({
    type: 'append-fragment',
    recording,
    parts: [emsg, rebase(timeline, fragment), fragment.mdat],
  });
  const next: ActiveRecording = {
    ...active,
    timeline,
    segments,
    segment: { durationMs: (segment?.durationMs ?? 0) + fragment.durationMs },
    fragments: active.fragments + 1,
    pendingMarks: [],
    end: addMillis(fragment.at, fragment.durationMs),
  };
  return { state: { ...state, active: next }, commands };
}

/** Ends the active recording, and answers whoever waits for its stop. */
export function closeRecording(state: RecorderState, reason: CloseReason): Step {
  const { active } = state;
  if (active === undefined) return { state, commands: [] };
  const { recording, end } = active;
  const commands: Command[] = [];
  if (active.segment !== undefined) commands.push({ type: 'seal-segment', recording, end });
  commands.push({ type: 'close-recording', recording, reason, end });
  for (const request of active.stop?.requests ?? []) {
    commands.push({ type: 'answer', request, recording, answer: { code: 'recording-stopped', recording } });
  }
  commands.push({ type: 'publish-state' });
  return { state: { ...withoutActive(state), closing: [...state.closing, recording] }, commands };
}

function stampOf(
  { settings }: RecorderState,
  active: ActiveRecording,
  { fragment, position, clock }: StampedFragment,
): Stamp {
  const { device, officer } = settings;
  return {
    at: fragment.at,
    mono: fragment.mono,
    device,
    recording: active.recording,
    ...(officer === undefined ? {} : { officer }),
    clock,
    ...(position === undefined ? {} : { position }),
    ...(active.pendingMarks.length === 0 ? {} : { marks: [...active.pendingMarks] }),
  };
}
