import type { AnswerCode } from './answers.ts';
import { soundFromNow } from './audible.ts';
import { reasonOf, sameSources } from './capture-plan.ts';
import type { CloseReason, Command } from './commands.ts';
import { whyNot } from './refusals.ts';
import { forbidSettings, tellSettings } from './setting-rules.ts';
import { ALWAYS, then, withoutActive, withoutResume, unchanged } from './state.ts';
import type { ActiveRecording, Opening, RecorderState, SoundFrom, Step, StoppedShort } from './state.ts';
import { EMPTY_RING } from './pre-record-ring.ts';
import { takeFragment } from './take-fragment.ts';
import type { Moment } from './time.ts';

/**
 * Opens a recording with all that the ring holds. The ring is used up: no footage is in two recordings. Whoever waits is
 * answered as soon as the opening is durable, ahead of the pre-event footage.
 */
export function openRecording(before: RecorderState, opening: Opening, moment: Moment): Step {
  const { recording, mode, cause, continues } = opening;
  const policy = continues?.policy ?? before.policy;
  const forbidden = forbidSettings(before, policy, moment.mono);
  const state = forbidden.state;
  const ring = mode === 'video' ? state.ring.fragments : [];
  const captured = mode === 'video' || continues !== undefined ? nextStart(state, mode) : undefined;
  const start = ring[0]?.fragment.at ?? captured ?? moment.at;
  const { officer } = state;
  const postUntilMono =
    continues !== undefined && 'postUntilMono' in continues ? continues.postUntilMono : undefined;
  const active: ActiveRecording = {
    recording,
    mode,
    byOrder: continues?.byOrder ?? cause === 'order',
    policy,
    segments: 0,
    fragments: 0,
    pendingMarks: [],
    start,
    startMono: moment.mono,
    end: start,
    soundFrom: soundFromOf(state, opening, moment),
    heardMono: moment.mono,
    ...(postUntilMono === undefined ? {} : { postUntilMono }),
  };
  const known = { ...withoutResume(state), ring: EMPTY_RING, active };
  const opened: Step = {
    state: known,
    commands: [
      {
        type: 'open-recording',
        recording,
        mode,
        cause,
        start,
        ...(officer === undefined ? {} : { officer: officer.number }),
        ...(continues === undefined ? {} : { continues: continues.recording }),
      },
      ...answers(opening, mode === 'audio' ? 'audio-started' : 'recording-started'),
      ...forbidden.commands,
      ...tellSettings(known),
      ...tellShortage(known, active),
      { type: 'publish-state' },
    ],
  };
  return ring.reduce<Step>(
    (step, stamped) => then(step, (next) => takeFragment(next, stamped, false)),
    opened,
  );
}

/** A recording says by its own entries what is not seen or heard in it from its beginning. */
function tellShortage({ capture, settings }: RecorderState, { recording, mode }: ActiveRecording): Command[] {
  const { told } = capture;
  if (mode === 'audio' || sameSources(told, settings.sources)) return [];
  const reason = reasonOf(settings.sources, told);
  return [{ type: 'journal', entry: { type: 'capture-changed', ...told, reason, recording } }];
}

/** What continues another was wanted all the time. Sound alone is never kept ahead of a press. */
function soundFromOf(state: RecorderState, { mode, continues }: Opening, { mono }: Moment): SoundFrom {
  if (continues !== undefined) return 'soundFrom' in continues ? continues.soundFrom : ALWAYS;
  const early = mode === 'video' && state.policy.preRecordSound;
  return early ? ALWAYS : soundFromNow(state, mono);
}

/** Where the fragment begins that is being taken right now, if it will be of this recording. */
function nextStart({ capture }: RecorderState, mode: 'video' | 'audio'): string | undefined {
  const format = mode === 'video' ? 'mp4' : 'wav';
  return capture.phase === 'up' && capture.head?.format === format ? capture.nextStart : undefined;
}

/** Ends the segment in hand; the next fragment begins another. */
export function sealSegment(state: RecorderState): Step {
  const { active } = state;
  if (active?.segment === undefined) return unchanged(state);
  const { segment: _segment, ...rest } = active;
  const { recording, end } = active;
  return { state: { ...state, active: rest }, commands: [{ type: 'seal-segment', recording, end }] };
}

/** Why what was to follow a recording does not begin. */
const REFUSALS: Partial<Readonly<Record<CloseReason, AnswerCode>>> = {
  'power-off': 'powered-off',
  'battery-low': 'powered-off',
  'storage-full': 'storage-full',
  'storage-fault': 'storage-failed',
};

/** Ends the active recording, answers whoever waits for its stop, and refuses who waits for what was to follow it. */
export function closeRecording(
  state: RecorderState,
  reason: CloseReason,
  refusal: AnswerCode = REFUSALS[reason] ?? 'not-ready',
): Step {
  const { active } = state;
  if (active === undefined) return unchanged(state);
  const { recording, end, stop } = active;
  return then(sealSegment(state), (sealed) => ({
    state: { ...withoutActive(sealed), closing: [...sealed.closing, recording] },
    commands: [
      { type: 'close-recording', recording, reason, end },
      ...(stop?.requests ?? []).map((request): Command => ({
        type: 'answer',
        request,
        recording,
        answer: { code: 'recording-stopped', recording },
      })),
      ...(stop?.next === undefined ? [] : answers(stop.next, refusal)),
      { type: 'publish-state' },
    ],
  }));
}

/** The same; what was to follow it begins, if it still can. */
export function endRecording(state: RecorderState, reason: CloseReason, moment: Moment): Step {
  const { active } = state;
  const next = active?.stop?.next;
  if (active?.stop === undefined || next === undefined) return closeRecording(state, reason);
  const { next: _next, ...stop } = active.stop;
  return then(closeRecording({ ...state, active: { ...active, stop } }, reason), (closed) => {
    const refusal = whyNot(closed, next.mode);
    return refusal === undefined
      ? openRecording(closed, next, moment)
      : { state: closed, commands: answers(next, refusal) };
  });
}

/**
 * Nothing can be captured for long: it is closed, and goes on in another when something comes again; in the dock it has
 * come to its end.
 */
export function stopShort(state: RecorderState): Step {
  const { active } = state;
  if (active === undefined) return unchanged(state);
  if (state.docked) return closeRecording(state, 'capture-lost');
  const { recording, mode, byOrder, policy } = active;
  const resume: StoppedShort = { recording, mode, byOrder, policy, cause: 'capture-back' };
  return then(closeRecording(state, 'capture-lost'), (closed) => unchanged({ ...closed, resume }));
}

/** A recording that nobody stopped goes on in another. */
export function resumeRecording(state: RecorderState, recording: string, moment: Moment): Step {
  const { resume, active, capture } = state;
  if (resume === undefined || active !== undefined || capture.phase !== 'up') return unchanged(state);
  if (whyNot(state, resume.mode) !== undefined) return unchanged(state);
  const { mode, cause } = resume;
  return openRecording(state, { recording, mode, cause, requests: [], continues: resume }, moment);
}

function answers({ requests, recording }: Opening, code: AnswerCode): Command[] {
  const opened = code === 'recording-started' || code === 'audio-started';
  return requests.map((request) =>
    opened
      ? { type: 'answer', request, recording, answer: { code, recording } }
      : { type: 'answer', request, answer: { code } },
  );
}
