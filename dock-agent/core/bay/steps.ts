import {
  FRESH_TRANSFER,
  growing,
  learnTransfer,
  nextTransferStep,
  setObjectAside,
  spread,
  TRANSFER_PAUSES,
} from '@mingjing/protocol';
import {
  isMoving,
  type BayEvent,
  type BayState,
  type Failed,
  type Learned,
  type Moving,
  type Stepped,
} from '../bay-model.ts';
import { RULES, type Rule } from '../failures.ts';
import { pause, rest, restart, work } from './docking.ts';
import { inDoubt, recounted, refuse } from './refusing.ts';
import { tell } from './telling.ts';

export function looked(state: BayState, event: Extract<BayEvent, { type: 'looked' }>): Stepped {
  const { phase } = state;
  const { camera, size, at } = event;
  const calm = { ...state, trouble: afterAsking(state) };
  if (!isMoving(phase) && phase.name !== 'ready')
    return advance(calm, { name: 'transferring', camera, transfer: { ...FRESH_TRANSFER, size } }, at);
  if (phase.camera.device !== camera.device || phase.camera.epoch !== camera.epoch) return restart(state);
  const transfer = { ...phase.transfer, size };
  if (phase.name === 'ready' && size === phase.transfer.size)
    return rest({ ...state, trouble: undefined, phase });
  if (phase.name === 'ready')
    return advance(calm, { name: 'transferring', camera, transfer: { ...transfer, archive: undefined } }, at);
  return advance(calm, { ...phase, transfer }, at);
}

export function receiptPending(state: BayState): Stepped {
  const receiptWaits = state.receiptWaits + 1;
  const ms = spread(
    growing(TRANSFER_PAUSES.receiptFirst, TRANSFER_PAUSES.receiptMost, receiptWaits),
    state.random,
  );
  const asked = forget(state, ['archive']);
  const phase = isMoving(asked.phase) ? ({ ...asked.phase, name: 'transferring' } as const) : asked.phase;
  const next = { ...asked, phase, trouble: undefined, receiptWaits };
  return { state: next, commands: [work(next, { type: 'wait', ms })] };
}

export function transferred(state: BayState, event: Learned): Stepped {
  if (state.phase.name === 'recounting') return recounted(state, state.phase, event);
  if (!isMoving(state.phase)) return { state, commands: [] };
  const before = state.phase.transfer;
  if (event.type === 'journal-pushed' && event.archive.size <= (before.archive?.size ?? 0)) {
    const detail = `a page was taken, and the archive still holds ${event.archive.size} entries`;
    const { docking, at } = event;
    return fail(state, { type: 'failed', docking, at, code: 'archive-stands-still', detail });
  }
  const transfer = learnTransfer(before, event);
  const receiptWaits = event.type === 'receipt-handed' ? 0 : state.receiptWaits;
  const trouble = event.type === 'archive-answered' ? afterAsking(state) : undefined;
  return advance({ ...state, trouble, receiptWaits }, { ...state.phase, transfer }, event.at);
}

/** To ask again is how some failures are dealt with: that camera or archive answers then does not mean that it is over. */
function afterAsking({ trouble }: BayState): BayState['trouble'] {
  return trouble !== undefined && RULES[trouble.code].remedy === 'ask-again' ? trouble : undefined;
}

/** From a receipt until footage moves again, or none is left, the camera erases what the receipt covers. */
export function advance(state: BayState, phase: Moving, at: number): Stepped {
  const next = { ...state, phase };
  const { camera, transfer } = phase;
  const planned = nextTransferStep(transfer, at);
  switch (planned.step) {
    case 'look':
      return { state: next, commands: [work(next, { type: 'look' })] };
    case 'ask-archive':
      return { state: next, commands: [work(next, { type: 'ask-archive', camera })] };
    case 'push-journal':
      return { state: next, commands: [work(next, { type: 'push-journal', camera, from: planned.from })] };
    case 'move-object': {
      const { object, size } = planned;
      const moving: BayState = { ...next, phase: { ...phase, name: 'transferring' } };
      return { state: moving, commands: [work(moving, { type: 'move-object', camera, object, size })] };
    }
    case 'hand-receipt': {
      const { handed: beyond, size: atMost = 0, checkpoint } = transfer;
      const clearing: BayState = { ...next, phase: { ...phase, name: 'clearing' } };
      const command = work(clearing, { type: 'hand-receipt', camera, beyond, atMost, checkpoint });
      return { state: clearing, commands: [command] };
    }
    case 'await-object': {
      const ms = Math.max(1, planned.until - at);
      return {
        state: { ...next, phase: { ...phase, name: 'transferring' } },
        commands: [work(next, { type: 'wait', ms })],
      };
    }
    case 'await-receipt':
      return receiptPending(next);
    case 'rolled-back': {
      const detail = `the archive holds ${planned.held} entries, the camera has ${planned.size}`;
      return fail(next, { type: 'failed', docking: next.docking, at, code: 'journal-rolled-back', detail });
    }
    case 'done':
      return rest({ ...next, trouble: undefined, phase: { ...phase, name: 'ready' } });
    default:
      return planned satisfies never;
  }
}

export function fail(state: BayState, failure: Failed): Stepped {
  const rule = RULES[failure.code];
  const aside = rule.remedy === 'set-aside' ? failure.object : undefined;
  // An object set aside is no trouble of the bay: the others go on.
  const attempts = aside === undefined ? (state.trouble?.attempts ?? 0) + 1 : 0;
  const troubled: BayState = {
    ...state,
    trouble: aside === undefined ? { code: failure.code, attempts } : undefined,
  };
  const { state: told, commands } = tell(troubled, failure, rule, attempts);
  const done = remedy(told, failure, rule, attempts);
  return { state: done.state, commands: [...commands, ...done.commands] };
}

function remedy(state: BayState, failure: Failed, rule: Rule, attempts: number): Stepped {
  switch (rule.remedy) {
    case 'restart':
      return restart(state);
    case 'refuse':
      return refuse(state, failure.code);
    case 'recount':
      return inDoubt(state, failure.code);
    case 'set-aside':
      if (!isMoving(state.phase) || failure.object === undefined) return pause(state, attempts);
      return advance(
        state,
        { ...state.phase, transfer: setObjectAside(state.phase.transfer, failure.object, failure.at) },
        failure.at,
      );
    case 'ask-again':
      return pause(forget(state, ['archive', 'size']), attempts);
    case 'retry':
      return pause(state, attempts);
    default:
      return rule.remedy satisfies never;
  }
}

function forget(state: BayState, what: readonly ('archive' | 'size')[]): BayState {
  if (!isMoving(state.phase)) return state;
  const forgotten = Object.fromEntries(what.map((field) => [field, undefined]));
  return { ...state, phase: { ...state.phase, transfer: { ...state.phase.transfer, ...forgotten } } };
}
