import type { Answer, AnswerCode } from './answers.ts';
import type { Command, MarkKind, OpeningCause } from './commands.ts';
import type { EventOf, RequestNumber } from './events.ts';
import { pressPhoto } from './photo-rules.ts';
import { endRecording, openRecording } from './recording.ts';
import { whyNot } from './refusals.ts';
import { pressMute, pressStealth } from './setting-rules.ts';
import { then, withoutActive, withoutResume, type ActiveRecording, type Opening } from './state.ts';
import type { RecorderState, Step } from './state.ts';

/** A stamp tells of no more marks than this; each is in the journal all the same. */
const MAX_STAMPED_MARKS = 100;

export function press(state: RecorderState, event: EventOf<'press'>): Step {
  switch (event.button) {
    case 'record':
      return begin(state, event, 'video', 'button');
    case 'audio':
      return begin(state, event, 'audio', 'button');
    case 'stop':
      return stop(state, event);
    case 'photo':
      return pressPhoto(state, event);
    case 'mark':
      return pressMark(state, event, 'mark');
    case 'key-mark':
      return pressMark(state, event, 'key');
    case 'mute':
      return pressMute(state, event);
    case 'stealth':
      return pressStealth(state, event);
    default:
      return event.button satisfies never;
  }
}

/**
 * An order from afar. It ends only what an order began: nobody far away stops an officer's recording, nor one that waits
 * for its capture to come back, nor takes such a one for its own.
 */
export function order(state: RecorderState, event: EventOf<'order'>): Step {
  const { active, resume } = state;
  const present = active ?? resume;
  if (event.kind === 'stop') {
    if (present?.byOrder === false) return answer(state, event, 'order-not-allowed');
    return stop(state, event);
  }
  if (!state.policy.startByOrder) return answer(state, event, 'order-not-allowed');
  if (present !== undefined && (active?.stop === undefined || active.stop.next !== undefined))
    return answer(state, event, 'already-recording', present.recording);
  return begin(state, event, 'video', 'order');
}

function begin(
  state: RecorderState,
  event: EventOf<'press' | 'order'>,
  mode: Opening['mode'],
  cause: OpeningCause,
): Step {
  const { active } = state;
  if (active?.mode === mode && active.stop === undefined) return recordOn(state, active, event);
  if (active !== undefined && event.type === 'press' && needsHold(active, event))
    return answer(state, event, 'hold-to-stop', active.recording);
  // What is being recorded makes no room for another: in the dock it goes on, and nothing begins.
  const refusal = whyNot(withoutActive(state), mode);
  if (refusal !== undefined) return answer(state, event, refusal);
  const { request, freshRecording: recording } = event;
  const opening: Opening = { recording, mode, cause, requests: [request] };
  if (active === undefined) return openRecording(withoutResume(state), opening, event);
  // Record pressed while the last fragment of a stop is awaited: end there, and begin anew without a gap. The last piece
  // of sound alone stays where it was begun.
  if (mode === 'video' && active.mode === mode && active.stop?.next === undefined)
    return then(endRecording(state, 'stopped', event), (closed) => openRecording(closed, opening, event));
  return follow(state, active, opening, event.mono);
}

/** Where a short press ends nothing, it does not end it in favour of the other kind either, nor its post-recording. */
function needsHold({ stop, policy }: ActiveRecording, { held = false }: EventOf<'press'>): boolean {
  return stop === undefined && policy.stopBy === 'long-press' && !held;
}

/** The other kind begins as soon as this one has its last fragment. */
function follow(state: RecorderState, active: ActiveRecording, opening: Opening, mono: number): Step {
  const { stop } = active;
  const next = { ...opening, requests: [...(stop?.next?.requests ?? []), ...opening.requests] };
  const stopping = { mono: stop?.mono ?? mono, requests: stop?.requests ?? [], next };
  return {
    state: { ...state, active: { ...active, stop: stopping } },
    commands: [{ type: 'publish-state' }],
  };
}

/**
 * Pressed though it records already: post-recording is over, or the officer is told how to stop. What an order began is
 * the officer's from now on.
 */
function recordOn(before: RecorderState, present: ActiveRecording, event: Waiting): Step {
  const active = { ...present, byOrder: false };
  const state = { ...before, active };
  const { recording } = active;
  if (active.postUntilMono === undefined) {
    const code = active.policy.stopBy === 'long-press' ? 'hold-to-stop' : 'already-recording';
    return answer(state, event, code, recording);
  }
  const { postUntilMono: _until, ...on } = active;
  return then({ state: { ...state, active: on }, commands: [{ type: 'publish-state' }] }, (next) =>
    answer(next, event, 'recording-continued', recording),
  );
}

/**
 * Once: the recording goes on for the post-record time, if there is one. Again: it ends. What was to follow it does not
 * begin, and whoever waits for that is told of the stop; but an order leaves what an officer wants next.
 */
function stop(state: RecorderState, event: EventOf<'press' | 'order'>): Step {
  const { active, resume } = state;
  if (active === undefined) {
    if (resume === undefined) return answer(state, event, 'not-recording');
    return answer(withoutResume(state), event, 'recording-stopped', resume.recording);
  }
  const postMs = active.policy.postRecordSeconds * 1000;
  if (active.stop === undefined && active.postUntilMono === undefined && postMs > 0) {
    const post = { ...active, postUntilMono: event.mono + postMs };
    return then({ state: { ...state, active: post }, commands: [{ type: 'publish-state' }] }, (next) =>
      answer(next, event, 'post-recording', active.recording),
    );
  }
  const { next, requests = [], mono = event.mono } = active.stop ?? {};
  const isLeft = next !== undefined && event.type === 'order' && next.cause !== 'order';
  const dropped = isLeft ? [] : (next?.requests ?? []);
  const stopping = { mono, requests: [...requests, ...dropped, event.request], ...(isLeft ? { next } : {}) };
  return {
    state: { ...state, active: { ...active, stop: stopping } },
    commands: [{ type: 'publish-state' }],
  };
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

interface Waiting {
  readonly request: RequestNumber;
}

function answer(state: RecorderState, { request }: Waiting, code: AnswerCode, recording?: string): Step {
  const said: Answer = { code, ...(recording === undefined ? {} : { recording }) };
  const command: Command = { type: 'answer', request, answer: said };
  return { state, commands: [command] };
}
