import type { Command } from './commands.ts';
import type { EventOf } from './events.ts';
import { withoutResume, type RecorderState, type Step } from './state.ts';

/** In the dock nothing new is recorded, and nothing is taken in; what is being recorded goes on to its own end. */
export function dock(state: RecorderState, { attached }: EventOf<'dock'>): Step {
  const next = { ...(attached ? withoutResume(state) : state), docked: attached };
  const isTold = state.phase === 'on' && state.docked !== attached;
  return { state: next, commands: [...(isTold ? tellDocked(next) : []), { type: 'publish-state' }] };
}

/** Why nothing was recorded for a while must be plain from the journal. */
export function tellDocked({ docked }: RecorderState): Command[] {
  return [{ type: 'journal', entry: { type: docked ? 'docked' : 'undocked' } }];
}
