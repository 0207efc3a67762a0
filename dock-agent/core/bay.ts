import {
  FRESH_TRANSFER,
  growing,
  learnTransfer,
  nextTransferStep,
  recountOf,
  setObjectAside,
  spread,
  TRANSFER_PAUSES,
  type TransferAnswer,
} from '@mingjing/protocol';
import { RULES, type FailureCode, type Rule } from './failures.ts';
import {
  MIDDLE,
  type BayCommand,
  type BayEvent,
  type BayState,
  type BayWork,
  type Phase,
  type Stepped,
} from './bay-model.ts';
import { shown } from './shown.ts';

/**
 * One bay of a dock, as a reducer.
 *
 * | state        | event            | next         | what is done                                              |
 * |--------------|------------------|--------------|-----------------------------------------------------------|
 * | empty        | docked           | identifying  | look at the camera                                        |
 * | any          | undocked         | empty        | let go of everything under way; no alarm, it is normal    |
 * | identifying  | looked           | transferring | ask the archive what it holds                             |
 * | transferring | archive-answered | transferring | next step of the plan: push, move, hand on, wait          |
 * | transferring | journal-pushed   | transferring | next step                                                 |
 * | transferring | object-moved     | transferring | next step                                                 |
 * | transferring | receipt-handed   | transferring | look again: the camera has written what it released       |
 * | transferring | receipt-pending  | transferring | wait, ask the archive again                               |
 * | transferring | plan is done     | ready        | look again after a while                                  |
 * | ready        | looked, no more  | ready        | look again after a while                                  |
 * | ready        | looked, grown    | transferring | ask the archive                                           |
 * | any          | looked, another  | identifying  | let go; begin anew with the camera that is there          |
 * | any          | failed           | the same     | by RULES: wait and retry, ask again, or set the object aside |
 * | any          | failed, fatal    | refused      | alarm; look again after a long while                      |
 * | transferring | failed, in doubt | recounting   | alarm; show the archive again what it holds: is it a fork? |
 * | recounting   | journal-pushed   | recounting   | the next page, if it was cut short                        |
 * | recounting   | all pushed       | refused      | no contradiction; look again after a long while           |
 * | refused      | wake             | identifying  | look                                                      |
 *
 * `fault` is what is shown of identifying, transferring or ready once failures in a row exceed their patience, or an
 * object is set aside. An event of an earlier docking changes nothing.
 */
export function step(state: BayState, event: BayEvent): Stepped {
  const { state: next, commands } = react(state, event);
  const before = shown(state);
  const after = shown(next);
  const same = before.state === after.state && before.camera === after.camera;
  return { state: next, commands: same ? commands : [...commands, { type: 'show', ...after }] };
}

/** Alarms about one docking, at most: a hostile camera is not to flood the room. The log has them all. */
const MAX_ALARMS = 32;

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

type Learned = Extract<BayEvent, { type: TransferAnswer['type'] }>;
type Progress = Exclude<BayEvent, { type: 'docked' | 'undocked' | 'failed' }>;

function begin(state: BayState, first: BayWork = { type: 'look' }): Stepped {
  const next = { ...state, docking: state.docking + 1, ...CLEAN, phase: { name: 'identifying' } as const };
  const dropped: BayCommand[] = state.phase.name === 'empty' ? [] : [letGo(state)];
  return { state: next, commands: [...dropped, work(next, first)] };
}

/** Another camera than a moment ago, and nobody saw it change. */
function restart(state: BayState): Stepped {
  return begin(state, { type: 'wait', ms: TRANSFER_PAUSES.retryFirst });
}

function leave(state: BayState): Stepped {
  if (state.phase.name === 'empty') return { state, commands: [] };
  return { state: { ...state, ...CLEAN, phase: { name: 'empty' } }, commands: [letGo(state)] };
}

const CLEAN = { trouble: undefined, alarmed: new Set<string>(), receiptWaits: 0, recounted: false } as const;

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

function wake(state: BayState, at: number): Stepped {
  switch (state.phase.name) {
    case 'transferring':
      return advance(state, state.phase, at);
    case 'recounting':
      return recount(state, state.phase);
    case 'refused':
      return {
        state: { ...state, phase: { name: 'identifying' } },
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

function looked(state: BayState, event: Extract<Progress, { type: 'looked' }>): Stepped {
  const { phase } = state;
  const { camera, size, at } = event;
  const calm = { ...state, trouble: undefined };
  if (phase.name !== 'transferring' && phase.name !== 'ready')
    return advance(calm, { name: 'transferring', camera, transfer: { ...FRESH_TRANSFER, size } }, at);
  if (phase.camera.device !== camera.device || phase.camera.epoch !== camera.epoch) return restart(state);
  const transfer = { ...phase.transfer, size };
  if (phase.name === 'ready' && size === phase.transfer.size) return rest({ ...calm, phase });
  if (phase.name === 'ready')
    return advance(calm, { name: 'transferring', camera, transfer: { ...transfer, archive: undefined } }, at);
  return advance(calm, { ...phase, transfer }, at);
}

function receiptPending(state: BayState): Stepped {
  const receiptWaits = state.receiptWaits + 1;
  const ms = spread(
    growing(TRANSFER_PAUSES.receiptFirst, TRANSFER_PAUSES.receiptMost, receiptWaits),
    state.random,
  );
  const next = { ...forget(state, ['archive']), trouble: undefined, receiptWaits };
  return { state: next, commands: [work(next, { type: 'wait', ms })] };
}

function transferred(state: BayState, event: Learned): Stepped {
  if (state.phase.name === 'recounting') return recounted(state, state.phase, event);
  if (state.phase.name !== 'transferring') return { state, commands: [] };
  const before = state.phase.transfer;
  if (event.type === 'journal-pushed' && event.archive.size <= (before.archive?.size ?? 0)) {
    const detail = `a page was taken, and the archive still holds ${event.archive.size} entries`;
    const { docking, at } = event;
    return fail(state, { type: 'failed', docking, at, code: 'archive-stands-still', detail });
  }
  const transfer = learnTransfer(before, event);
  const receiptWaits = event.type === 'receipt-handed' ? 0 : state.receiptWaits;
  return advance({ ...state, trouble: undefined, receiptWaits }, { ...state.phase, transfer }, event.at);
}

function advance(state: BayState, phase: Extract<Phase, { name: 'transferring' }>, at: number): Stepped {
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
      return { state: next, commands: [work(next, { type: 'move-object', camera, object, size })] };
    }
    case 'hand-receipt': {
      const { handed: beyond, size: atMost = 0, checkpoint } = transfer;
      const command = work(next, { type: 'hand-receipt', camera, beyond, atMost, checkpoint });
      return { state: next, commands: [command] };
    }
    case 'await-object': {
      const ms = Math.max(1, planned.until - at);
      return { state: next, commands: [work(next, { type: 'wait', ms })] };
    }
    case 'await-receipt':
      return receiptPending(next);
    case 'rolled-back': {
      const detail = `the archive holds ${planned.held} entries, the camera has ${planned.size}`;
      return fail(next, { type: 'failed', docking: next.docking, at, code: 'journal-rolled-back', detail });
    }
    case 'done':
      return rest({ ...next, phase: { ...phase, name: 'ready' } });
    default:
      return planned satisfies never;
  }
}

function rest(state: BayState): Stepped {
  return { state, commands: [work(state, { type: 'wait', ms: TRANSFER_PAUSES.ready })] };
}

function fail(state: BayState, failure: Extract<BayEvent, { type: 'failed' }>): Stepped {
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

function remedy(
  state: BayState,
  failure: Extract<BayEvent, { type: 'failed' }>,
  rule: Rule,
  attempts: number,
): Stepped {
  switch (rule.remedy) {
    case 'restart':
      return restart(state);
    case 'refuse':
      return refuse(state, failure.code);
    case 'recount':
      return inDoubt(state, failure.code);
    case 'set-aside':
      if (state.phase.name !== 'transferring' || failure.object === undefined) return pause(state, attempts);
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

type Recounting = Extract<Phase, { name: 'recounting' }>;

function inDoubt(state: BayState, code: FailureCode): Stepped {
  const { phase } = state;
  const common = phase.name === 'transferring' ? recountOf(phase.transfer) : undefined;
  if (phase.name !== 'transferring' || common === undefined || state.recounted) return refuse(state, code);
  const { camera } = phase;
  return recount({ ...state, recounted: true }, { name: 'recounting', camera, code, recount: common });
}

function recount(state: BayState, phase: Recounting): Stepped {
  const { camera } = phase;
  const { from, to } = phase.recount;
  if (from >= to) return refuse({ ...state, phase }, phase.code);
  const next = { ...state, phase };
  return { state: next, commands: [work(next, { type: 'push-journal', camera, from, to })] };
}

function recounted(state: BayState, phase: Recounting, event: Learned): Stepped {
  if (event.type !== 'journal-pushed') return { state, commands: [] };
  return recount(state, { ...phase, recount: { ...phase.recount, from: event.checkpoint.size } });
}

function refuse(state: BayState, code: FailureCode): Stepped {
  const camera = 'camera' in state.phase ? state.phase.camera : undefined;
  const next: BayState = { ...state, phase: { name: 'refused', camera, code } };
  return { state: next, commands: [work(next, { type: 'wait', ms: TRANSFER_PAUSES.refused })] };
}

function pause(state: BayState, attempts: number): Stepped {
  const ms = spread(growing(TRANSFER_PAUSES.retryFirst, TRANSFER_PAUSES.retryMost, attempts), state.random);
  return { state, commands: [work(state, { type: 'wait', ms })] };
}

function forget(state: BayState, what: readonly ('archive' | 'size')[]): BayState {
  if (state.phase.name !== 'transferring') return state;
  const forgotten = Object.fromEntries(what.map((field) => [field, undefined]));
  return { ...state, phase: { ...state.phase, transfer: { ...state.phase.transfer, ...forgotten } } };
}

function tell(
  state: BayState,
  { code, object, detail }: Extract<BayEvent, { type: 'failed' }>,
  rule: Rule,
  attempts: number,
): Stepped {
  const key = object === undefined ? code : `${code} ${object}`;
  const early = rule.remedy !== 'set-aside' && attempts <= rule.patience;
  const camera = 'camera' in state.phase ? state.phase.camera?.device : undefined;
  if (early || state.alarmed.has(key) || state.alarmed.size >= MAX_ALARMS) return { state, commands: [] };
  return {
    state: { ...state, alarmed: new Set([...state.alarmed, key]) },
    commands: [{ type: 'raise-alarm', camera, code, severity: rule.severity, detail }],
  };
}

function work(state: BayState, what: BayWork): BayCommand {
  return { ...what, docking: state.docking };
}

function letGo(state: BayState): BayCommand {
  return { type: 'let-go', docking: state.docking };
}
