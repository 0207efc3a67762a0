import {
  MIDDLE,
  type BayEvent,
  type BayState,
  type Moving,
  type Progress,
  type Stepped,
} from './bay-model.ts';
import { begin, leave, work } from './bay/docking.ts';
import { recount } from './bay/refusing.ts';
import { advance, fail, looked, receiptPending, transferred } from './bay/steps.ts';
import { shown } from './shown.ts';

/** One bay of a dock, as a reducer. Its table: docs/BAYS.md. An event of an earlier docking changes nothing. */
export function step(state: BayState, event: BayEvent): Stepped {
  const { state: next, commands } = react(state, event);
  const before = shown(state);
  const after = shown(next);
  const same = before.state === after.state && before.camera === after.camera;
  return { state: next, commands: same ? commands : [...commands, { type: 'show', ...after }] };
}

function react(state: BayState, event: BayEvent): Stepped {
  switch (event.type) {
    case 'docked':
      return begin(state);
    case 'undocked':
      return leave(state);
    case 'wake':
    case 'looked':
    case 'archive-answered':
    case 'journal-pushed':
    case 'object-moved':
    case 'receipt-handed':
    case 'receipt-pending':
    case 'failed':
      if (event.docking !== state.docking || state.phase.name === 'empty') return { state, commands: [] };
      return event.type === 'failed' ? fail(drawn(state, event), event) : proceed(drawn(state, event), event);
    default:
      return event satisfies never;
  }
}

function drawn(state: BayState, { random = MIDDLE }: BayEvent): BayState {
  return { ...state, random };
}

function proceed(state: BayState, event: Progress): Stepped {
  switch (event.type) {
    case 'wake':
      return wake(state, event.at);
    case 'looked':
      return looked(state, event);
    case 'receipt-pending':
      return receiptPending(state);
    case 'archive-answered':
    case 'journal-pushed':
    case 'object-moved':
    case 'receipt-handed':
      return transferred(state, event);
    default:
      return event satisfies never;
  }
}

/** An object that was set aside may have come another way: before it is tried anew the archive is asked whether it is missing. */
function goOn(state: BayState, { transfer, ...phase }: Moving, at: number): Stepped {
  const archive = transfer.aside.size > 0 ? undefined : transfer.archive;
  return advance(state, { ...phase, transfer: { ...transfer, archive } }, at);
}

function wake(state: BayState, at: number): Stepped {
  switch (state.phase.name) {
    case 'transferring':
    case 'clearing':
      return goOn(state, state.phase, at);
    case 'recounting':
      return recount(state, state.phase);
    case 'refused':
      return {
        state: { ...state, trouble: undefined, phase: { name: 'identifying' } },
        commands: [work(state, { type: 'look' })],
      };
    case 'empty':
    case 'identifying':
    case 'ready':
      return { state, commands: [work(state, { type: 'look' })] };
    default:
      return state.phase satisfies never;
  }
}
