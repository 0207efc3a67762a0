import type { AnswerCode } from './answers.ts';
import type { RecorderState } from './state.ts';

/** Why a recording of this kind cannot begin now. */
export function whyNot(state: RecorderState, mode: 'video' | 'audio'): AnswerCode | undefined {
  const { capture } = state;
  const refusal = whyNothing(state);
  if (refusal !== undefined) return refusal;
  if (mode === 'audio') {
    if (!capture.available.sound) return 'no-sound';
    if (state.muted) return 'sound-is-muted';
  }
  const format = mode === 'video' ? 'mp4' : 'wav';
  if (capture.phase === 'up' || capture.switching) return undefined;
  // What does not run yet, or fails, does not stand in the way of the other kind.
  if (capture.plan !== undefined && capture.plan.format !== format && capture.failures > 0) return undefined;
  return capture.failures > 0 ? 'capture-lost' : 'not-ready';
}

/** Why nothing can be written down now. */
export function whyNotJournaled(state: RecorderState): AnswerCode | undefined {
  if (state.phase === 'off' || state.phase === 'ending') return 'powered-off';
  if (state.phase === 'starting') return 'not-ready';
  return state.storage === 'failed' ? 'storage-failed' : undefined;
}

/** Why nothing at all can be taken now. */
export function whyNothing(state: RecorderState): AnswerCode | undefined {
  if (state.phase === 'off' || state.phase === 'ending') return 'powered-off';
  if (state.storage === 'failed') return 'storage-failed';
  if (state.storage === 'full') return 'storage-full';
  if (state.phase === 'starting') return 'not-ready';
  return state.docked && state.active === undefined ? 'docked' : undefined;
}
