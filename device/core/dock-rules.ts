import type { EventOf } from './events.ts';
import { withoutResume, type RecorderState, type Step } from './state.ts';

/** In the dock nothing new is recorded, and nothing is taken in; what is being recorded goes on to its own end. */
export function dock(state: RecorderState, { attached }: EventOf<'dock'>): Step {
  const docked = attached ? withoutResume(state) : state;
  return { state: { ...docked, docked: attached }, commands: [{ type: 'publish-state' }] };
}
