import { growing, spread, TRANSFER_PAUSES } from '@mingjing/protocol';
import type { BayCommand, BayState, BayWork, Stepped } from '../bay-model.ts';

const CLEAN = { trouble: undefined, alarmed: new Set<string>(), receiptWaits: 0, recounted: false } as const;

export function begin(state: BayState, first: BayWork = { type: 'look' }): Stepped {
  const next = { ...state, docking: state.docking + 1, ...CLEAN, phase: { name: 'identifying' } as const };
  const dropped: BayCommand[] = state.phase.name === 'empty' ? [] : [letGo(state)];
  return { state: next, commands: [...dropped, work(next, first)] };
}

/** Another camera than a moment ago, and nobody saw it change. */
export function restart(state: BayState): Stepped {
  return begin(state, { type: 'wait', ms: TRANSFER_PAUSES.retryFirst });
}

export function leave(state: BayState): Stepped {
  if (state.phase.name === 'empty') return { state, commands: [] };
  return { state: { ...state, ...CLEAN, phase: { name: 'empty' } }, commands: [letGo(state)] };
}

/** A camera that stays is looked at again after a while. */
export function rest(state: BayState): Stepped {
  return { state, commands: [work(state, { type: 'wait', ms: TRANSFER_PAUSES.ready })] };
}

export function pause(state: BayState, attempts: number): Stepped {
  const ms = spread(growing(TRANSFER_PAUSES.retryFirst, TRANSFER_PAUSES.retryMost, attempts), state.random);
  return { state, commands: [work(state, { type: 'wait', ms })] };
}

export function work(state: BayState, what: BayWork): BayCommand {
  return { ...what, docking: state.docking };
}

function letGo(state: BayState): BayCommand {
  return { type: 'let-go', docking: state.docking };
}
