import { recountOf, TRANSFER_PAUSES } from '@mingjing/protocol';
import { isMoving, type BayState, type Learned, type Phase, type Stepped } from '../bay-model.ts';
import type { FailureCode } from '../failures.ts';
import { work } from './docking.ts';

type Recounting = Extract<Phase, { name: 'recounting' }>;

export function refuse(state: BayState, code: FailureCode): Stepped {
  const camera = 'camera' in state.phase ? state.phase.camera : undefined;
  const next: BayState = { ...state, phase: { name: 'refused', camera, code } };
  return { state: next, commands: [work(next, { type: 'wait', ms: TRANSFER_PAUSES.refused })] };
}

/** Before a camera is refused the archive is shown again, once a docking, what it holds: is it a fork? */
export function inDoubt(state: BayState, code: FailureCode): Stepped {
  const { phase } = state;
  const common = isMoving(phase) ? recountOf(phase.transfer) : undefined;
  if (!isMoving(phase) || common === undefined || state.recounted) return refuse(state, code);
  const { camera } = phase;
  return recount({ ...state, recounted: true }, { name: 'recounting', camera, code, recount: common });
}

export function recount(state: BayState, phase: Recounting): Stepped {
  const { camera } = phase;
  const { from, to } = phase.recount;
  if (from >= to) return refuse({ ...state, phase }, phase.code);
  const next = { ...state, phase };
  return { state: next, commands: [work(next, { type: 'push-journal', camera, from, to })] };
}

export function recounted(state: BayState, phase: Recounting, event: Learned): Stepped {
  if (event.type !== 'journal-pushed') return { state, commands: [] };
  return recount(state, { ...phase, recount: { ...phase.recount, from: event.checkpoint.size } });
}
