import type { AnswerCode } from './answers.ts';
import type { Command, MarkKind } from './commands.ts';
import type { EventOf } from './events.ts';
import { closeRecording, openRecording } from './recording.ts';
import type { RecorderState, Step } from './state.ts';

/** A stamp tells of no more marks than this; each is in the journal all the same. */
const MAX_STAMPED_MARKS = 100;

export function press(state: RecorderState, event: EventOf<'press'>): Step {
  switch (event.button) {
    case 'record':
      return pressRecord(state, event);
    case 'stop':
      return pressStop(state, event);
    case 'mark':
      return pressMark(state, event, 'mark');
    case 'key-mark':
      return pressMark(state, event, 'key');
    case 'audio':
    case 'photo':
    case 'mute':
    case 'stealth':
      return answer(state, event, 'not-ready');
    default:
      return event.button satisfies never;
  }
}

function pressRecord(state: RecorderState, event: EventOf<'press'>): Step {
  const { active, capture } = state;
  if (active !== undefined && active.stop === undefined) {
    return answer(state, event, 'already-recording', active.recording);
  }
  const refusal = whyNot(state);
  if (refusal !== undefined || capture.kind === 'down') return answer(state, event, refusal ?? 'not-ready');
  // Record pressed while the last fragment of a stop is awaited: end there, and begin anew without a gap.
  const closed = closeRecording(state, 'stopped');
  const opened = openRecording(closed.state, event.freshRecording, event, capture.nextStart);
  const recording = event.freshRecording;
  const { request } = event;
  const said: Command[] = [
    { type: 'answer', request, recording, answer: { code: 'recording-started', recording } },
    { type: 'publish-state' },
  ];
  // The press is answered as soon as the opening is durable, ahead of the pre-event footage.
  const [open, ...rest] = opened.commands;
  const commands = open === undefined ? said : [open, ...said, ...rest];
  return { state: opened.state, commands: [...closed.commands, ...commands] };
}

function whyNot(state: RecorderState): AnswerCode | undefined {
  if (state.phase === 'off') return 'powered-off';
  if (state.storage === 'failed') return 'storage-failed';
  if (state.storage === 'full') return 'storage-full';
  if (state.phase === 'starting') return 'not-ready';
  if (state.capture.kind === 'up') return undefined;
  return state.capture.failures > 0 ? 'capture-lost' : 'not-ready';
}

function pressStop(state: RecorderState, event: EventOf<'press'>): Step {
  const { active } = state;
  if (active === undefined) return answer(state, event, 'not-recording');
  const stop = {
    mono: active.stop?.mono ?? event.mono,
    requests: [...(active.stop?.requests ?? []), event.request],
  };
  return { state: { ...state, active: { ...active, stop } }, commands: [{ type: 'publish-state' }] };
}

function pressMark(state: RecorderState, event: EventOf<'press'>, kind: MarkKind): Step {
  const { active } = state;
  if (active === undefined) return answer(state, event, 'nothing-to-mark');
  const { recording } = active;
  const pendingMarks = [...active.pendingMarks, kind].slice(0, MAX_STAMPED_MARKS);
  const code = kind === 'key' ? 'key-marked' : 'marked';
  return {
    state: { ...state, active: { ...active, pendingMarks } },
    commands: [
      { type: 'mark', recording, kind },
      { type: 'answer', request: event.request, recording, answer: { code, recording } },
    ],
  };
}

function answer(
  state: RecorderState,
  { request }: EventOf<'press'>,
  code: AnswerCode,
  recording?: string,
): Step {
  const answer = { code, ...(recording === undefined ? {} : { recording }) };
  return { state, commands: [{ type: 'answer', request, answer }] };
}
