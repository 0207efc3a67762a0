import type { EventOf } from './events.ts';
import { unchanged, type RecorderState, type Step } from './state.ts';

/** A fix that was there and is gone is told once; it comes back in silence. */
export function position(state: RecorderState, { fix }: EventOf<'position'>): Step {
  const now = fix ? 'fix' : state.position === 'none' ? 'none' : 'lost';
  if (now === state.position) return unchanged(state);
  if (state.phase === 'starting') return unchanged({ ...state, position: now });
  return {
    state: { ...state, position: now },
    commands: [
      ...(now === 'lost' ? [{ type: 'alarm', code: 'position-lost', severity: 'warning' } as const] : []),
      { type: 'publish-state' },
    ],
  };
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
