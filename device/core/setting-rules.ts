import type { CameraPolicy } from '@mingjing/protocol';
import type { AnswerCode } from './answers.ts';
import { soundFromNow } from './audible.ts';
import type { Command } from './commands.ts';
import type { EventOf, RequestNumber } from './events.ts';
import { whyNotJournaled } from './refusals.ts';
import type { RecorderState, Step } from './state.ts';
import { unchanged } from './state.ts';

type Setting = 'mute' | 'stealth';

/** No sound at all from now on, or sound again. What policy forbids can still be turned off. */
export function pressMute(state: RecorderState, event: EventOf<'press'>): Step {
  const { active, muted } = state;
  const refusal = whyNotJournaled(state);
  if (refusal !== undefined) return answer(state, event, refusal);
  if (muted) {
    const on = { ...state, muted: false, soundFrom: soundFromNow(state, event.mono) };
    return changed(on, 'mute', false, { request: event.request, code: 'unmuted' });
  }
  if (!(active?.policy ?? state.policy).muteAllowed) return answer(state, event, 'mute-not-allowed');
  if (active?.mode === 'audio') return answer(state, event, 'mute-not-in-audio');
  const { request } = event;
  return changed({ ...state, muted: true }, 'mute', true, { request, code: 'muted' });
}

/** Without light and sound, or with them. */
export function pressStealth(state: RecorderState, event: EventOf<'press'>): Step {
  const { active, stealth } = state;
  const { request } = event;
  const refusal = whyNotJournaled(state);
  if (refusal !== undefined) return answer(state, event, refusal);
  if (stealth)
    return changed({ ...state, stealth: false }, 'stealth', false, { request, code: 'stealth-off' });
  if (!(active?.policy ?? state.policy).stealthAllowed) return answer(state, event, 'stealth-not-allowed');
  return changed({ ...state, stealth: true }, 'stealth', true, { request, code: 'stealth-on' });
}

/** Ahead of a recording: what the policy no longer allows is turned off. */
export function forbidSettings(state: RecorderState, policy: CameraPolicy, mono: number): Step {
  const unmuted =
    state.muted && !policy.muteAllowed
      ? changed({ ...state, muted: false, soundFrom: soundFromNow(state, mono) }, 'mute', false)
      : unchanged(state);
  if (!unmuted.state.stealth || policy.stealthAllowed) return unmuted;
  const shown = changed({ ...unmuted.state, stealth: false }, 'stealth', false);
  return { state: shown.state, commands: [...unmuted.commands, ...shown.commands] };
}

/** What is set at the beginning of a recording, said to belong to it. */
export function tellSettings(state: RecorderState): Command[] {
  const set = (['mute', 'stealth'] as const).filter((one) => (one === 'mute' ? state.muted : state.stealth));
  return set.flatMap((setting) => changed(state, setting, true).commands);
}

function changed(
  state: RecorderState,
  setting: Setting,
  on: boolean,
  told?: { readonly request: RequestNumber; readonly code: AnswerCode },
): Step {
  const { active } = state;
  const recording = active === undefined ? {} : { recording: active.recording };
  const entry = { type: 'setting-changed', setting, on, ...recording } as const;
  const commands: Command[] =
    told === undefined
      ? [{ type: 'journal', entry }]
      : [
          { type: 'journal', entry, request: told.request },
          { type: 'answer', request: told.request, answer: { code: told.code } },
          { type: 'publish-state' },
        ];
  return { state, commands };
}

function answer(state: RecorderState, { request }: EventOf<'press'>, code: AnswerCode): Step {
  return { state, commands: [{ type: 'answer', request, answer: { code } }] };
}
