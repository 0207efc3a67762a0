import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { unchanged, type RecorderState, type Step } from './state.ts';

/** A receiver on USB takes its time; a minute after the start one that is to be heard should be. */
const RECEIVER_STARTS_MS = 60_000;

/**
 * A fix that was there and is gone is told once, as is a receiver that is not heard at all; it comes back in silence.
 * One that searches and has found nothing yet is no trouble: it may be indoors.
 */
export function position(state: RecorderState, { fix, unheard, mono }: EventOf<'position'>): Step {
  const missing = unheard !== undefined && mono >= RECEIVER_STARTS_MS;
  const now = fix ? 'fix' : state.position === 'none' && !missing ? 'none' : 'lost';
  if (now === state.position) return unchanged(state);
  if (state.phase === 'starting') return unchanged({ ...state, position: now });
  return {
    state: { ...state, position: now },
    commands: [...(now === 'lost' ? [lost(unheard)] : []), { type: 'publish-state' }],
  };
}

function lost(unheard: EventOf<'position'>['unheard']): Command {
  const detail =
    unheard === undefined
      ? {}
      : { detail: unheard === 'silent' ? 'the receiver is silent' : 'no line to the receiver' };
  return { type: 'alarm', code: 'position-lost', severity: 'warning', ...detail };
}

/** What a part of the case says of itself. Without a detail it works again. */
export function trouble(state: RecorderState, event: EventOf<'trouble'>): Step {
  const { detail, trouble: one } = event;
  const standing = state.troubles.includes(one);
  if (standing === (detail !== undefined)) return unchanged(state);
  if (detail === undefined) {
    const troubles = state.troubles.filter((other) => other !== one);
    return { state: { ...state, troubles }, commands: [{ type: 'publish-state' }] };
  }
  const troubled = { ...state, troubles: [...state.troubles, one] };
  // Told when the journal is open.
  if (state.phase === 'starting') return unchanged(troubled);
  return {
    state: troubled,
    commands: [
      { type: 'alarm', code: one, severity: 'warning', detail: detail.slice(0, 1000) },
      { type: 'publish-state' },
    ],
  };
}
