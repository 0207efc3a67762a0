import type { AnswerCode } from './answers.ts';
import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { trimRing } from './pre-record-ring.ts';
import { whyNotJournaled } from './refusals.ts';
import type { RecorderState, Step } from './state.ts';

/** A policy that left the others no number above it could never be replaced: so far ahead of the present one at most. */
const MAX_VERSION_STEP = 1_000;

/**
 * The agency's decision, from the next recording on. A version below the present one is never taken, nor one far above
 * it, nor another policy under the version of an applied one: then nobody could tell which of the two held.
 */
export function applyPolicy(state: RecorderState, event: EventOf<'policy'>): Step {
  const { policy, bytes, sha256, request } = event;
  const said = (code: AnswerCode): Command => ({ type: 'answer', request, answer: { code } });
  const refusal = whyNotJournaled(state);
  if (refusal !== undefined) return { state, commands: [said(refusal)] };
  if (sha256 === state.policySha256) return { state, commands: [said('policy-applied')] };
  const { version } = state.policy;
  const isPast = policy.version < version;
  const isOther = policy.version === version && state.policySha256 !== undefined;
  const isFarAhead = policy.version > version + MAX_VERSION_STEP;
  if (isPast || isOther || isFarAhead) {
    const limit = isFarAhead ? `, more than ${MAX_VERSION_STEP} ahead` : '';
    const detail = `version ${policy.version} after ${version}${limit}`;
    return {
      state,
      commands: [{ type: 'alarm', code: 'bad-policy', severity: 'warning', detail }, said('policy-refused')],
    };
  }
  const entry = { type: 'policy-applied', policy: sha256, version: policy.version } as const;
  const ring = trimRing(state.ring, policy.preRecordSeconds * 1000);
  return {
    state: { ...state, policy, policySha256: sha256, ring },
    commands: [
      { type: 'journal', entry, request },
      { type: 'keep-policy', bytes, request },
      said('policy-applied'),
      { type: 'publish-state' },
    ],
  };
}
