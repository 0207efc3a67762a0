import {
  FRESH_TRANSFER,
  growing,
  learnTransfer,
  nextTransferStep,
  recountOf,
  setObjectAside,
  spread,
  TRANSFER_PAUSES,
  TRANSFER_RULES,
  type CameraPolicy,
  type IngestState,
  type Recount,
  type Transfer,
  type TransferAnswer,
  type TransferFailureCode,
} from '@mingjing/protocol';
import { uplinkOrder, type HeldNote } from './uplink-order.ts';

/** Milliseconds. A bad line is no reason to spend the battery on it. */
export const UPLINK_PAUSES = {
  retryFirst: 1_000,
  retryMost: 120_000,
  receiptFirst: 1_000,
  receiptMost: 60_000,
  /** Nothing to do: the journal is looked at again. */
  idle: 2_000,
  /** While objects are moved the archive is asked so often what it could sign meanwhile. */
  askAgain: 60_000,
} as const;
/** While recording an object goes out only if it can be expected to be there within this time. */
export const FIT_MS = 120_000;
/** What a line gave once is believed for so long. */
const LINE_MEMORY_MS = 300_000;
/** Smaller objects say more about the way there and back than about the line. */
const TELLING_BYTES = 65_536;
/** Of the cap, while a recording is made. */
const RECORDING_SHARE = 4;
/** Entries in one page: less than a dock sends at once, so that a thin line has answers in between. */
export const UPLINK_PAGE_ENTRIES = 64;

/** The camera as it is at this moment. */
export interface UplinkFacts {
  readonly uplink: CameraPolicy['uplink'];
  readonly docked: boolean;
  readonly recording: boolean;
  readonly journalSize: number;
  readonly noteOf: (object: string) => HeldNote | undefined;
  /** Whether a receipt over so many entries would free anything. */
  readonly frees: (size: number) => boolean;
}

export interface UplinkState {
  readonly transfer: Transfer;
  /** Nothing is done before. */
  readonly notBefore: number;
  /** Failures in a row. */
  readonly attempts: number;
  readonly askedAt: number;
  /** Times in a row that the archive had no receipt that would free anything, and when it is asked for one again. */
  readonly receiptWaits: number;
  readonly receiptAt: number;
  readonly recount: Recount | undefined;
  readonly recounted: boolean;
  /** What the line was seen to carry. */
  readonly line: { readonly bytesPerSecond: number; readonly at: number } | undefined;
}

export const FRESH_UPLINK: UplinkState = {
  transfer: FRESH_TRANSFER,
  notBefore: 0,
  attempts: 0,
  askedAt: 0,
  receiptWaits: 0,
  receiptAt: 0,
  recount: undefined,
  recounted: false,
  line: undefined,
};

export type UplinkWork =
  | { readonly type: 'rest'; readonly ms: number }
  | { readonly type: 'ask-archive' }
  | { readonly type: 'push-journal'; readonly from: number; readonly most: number }
  | { readonly type: 'move-object'; readonly object: string; readonly size: number }
  | { readonly type: 'take-receipt' }
  | { readonly type: 'fail'; readonly code: TransferFailureCode; readonly detail: string };

export type UplinkAnswer =
  | Extract<TransferAnswer, { type: 'journal-pushed' }>
  /** `size`: of the journal when it was asked. */
  | (Extract<TransferAnswer, { type: 'archive-answered' }> & { readonly size: number })
  | (Extract<TransferAnswer, { type: 'object-moved' }> & { readonly tookMs: number })
  | { readonly type: 'receipt-taken'; readonly at: number; readonly released: number }
  | { readonly type: 'rested'; readonly at: number }
  /** The camera was docked, or is going off: what was under way was dropped. */
  | { readonly type: 'let-go'; readonly at: number }
  | {
      readonly type: 'failed';
      readonly at: number;
      readonly code: TransferFailureCode;
      readonly object?: string;
      /** 0 to 1: spreads the pause. */
      readonly random: number;
    };

/** Bytes a second at this moment. */
export function uplinkRate({ uplink, recording }: Pick<UplinkFacts, 'uplink' | 'recording'>): number {
  return Math.max(1, Math.floor(uplink.bytesPerSecond / (recording ? RECORDING_SHARE : 1)));
}

/**
 * What to do next. Docked, or told to send nothing: nothing, the dock is faster. Otherwise as a dock does it, the
 * journal first; then the receipt as soon as it frees something; then objects in our own order.
 */
export function nextUplink(state: UplinkState, facts: UplinkFacts, now: number): UplinkWork {
  if (facts.docked || facts.uplink.send === 'nothing') return { type: 'rest', ms: UPLINK_PAUSES.idle };
  if (state.notBefore > now) return { type: 'rest', ms: state.notBefore - now };
  const { recount } = state;
  if (recount !== undefined)
    return { type: 'push-journal', from: recount.from, most: recount.to - recount.from };
  const { archive, moved } = state.transfer;
  const size = facts.journalSize;
  if (archive?.size === size) {
    if (now >= state.receiptAt && facts.frees(archive.receipted)) return { type: 'take-receipt' };
    if (moved.size > 0 && now - state.askedAt >= UPLINK_PAUSES.askAgain) return { type: 'ask-archive' };
  }
  return planned({ ...state.transfer, size, target: 0 }, state, facts, now);
}

/** `target` 0: receipts are taken by the rule above, which knows what they free. */
function planned(transfer: Transfer, state: UplinkState, facts: UplinkFacts, now: number): UplinkWork {
  const mostBytes = facts.recording ? fitting(state, facts, now) : Infinity;
  const rules = { send: facts.uplink.send, mostBytes, noteOf: facts.noteOf };
  const step = nextTransferStep(transfer, now, (missing) => uplinkOrder(missing, rules));
  switch (step.step) {
    case 'ask-archive':
      return { type: 'ask-archive' };
    case 'push-journal':
      return { type: 'push-journal', from: step.from, most: UPLINK_PAGE_ENTRIES };
    case 'move-object':
      return { type: 'move-object', object: step.object, size: step.size };
    case 'rolled-back': {
      const detail = `the archive holds ${step.held} entries, this camera has ${step.size}`;
      return { type: 'fail', code: 'journal-rolled-back', detail };
    }
    case 'await-object':
      return { type: 'rest', ms: Math.min(UPLINK_PAUSES.idle, Math.max(1, step.until - now)) };
    case 'look':
    case 'hand-receipt':
    case 'await-receipt':
    case 'done':
      return now >= state.receiptAt && awaitsReceipt(transfer, facts)
        ? { type: 'ask-archive' }
        : { type: 'rest', ms: UPLINK_PAUSES.idle };
    default:
      return step satisfies never;
  }
}

/** Everything is there, and the archive had not signed for it when it was last asked. */
function awaitsReceipt({ archive, size }: Transfer, { frees }: UplinkFacts): boolean {
  return archive?.missing.length === 0 && size !== undefined && frees(size);
}

function fitting({ line }: UplinkState, facts: UplinkFacts, now: number): number {
  const cap = uplinkRate(facts);
  const seen = line !== undefined && now - line.at < LINE_MEMORY_MS ? line.bytesPerSecond : cap;
  return (Math.min(cap, seen) * FIT_MS) / 1000;
}

/** What is known after an answer. */
export function afterUplink(state: UplinkState, answer: UplinkAnswer): UplinkState {
  const { at } = answer;
  switch (answer.type) {
    case 'rested':
      return state;
    case 'let-go':
      return { ...forget(state), notBefore: 0, attempts: 0, receiptWaits: 0, receiptAt: 0 };
    case 'failed':
      return failed(state, answer);
    case 'archive-answered':
      return asked(
        well(state, { ...learnTransfer(state.transfer, answer), size: answer.size }),
        answer.archive,
        at,
      );
    case 'journal-pushed':
      return pushed(state, answer);
    case 'object-moved': {
      const { size, tookMs } = answer;
      const line =
        size < TELLING_BYTES
          ? state.line
          : { bytesPerSecond: Math.ceil((size * 1000) / Math.max(1, tookMs)), at };
      return { ...well(state, learnTransfer(state.transfer, answer)), line };
    }
    case 'receipt-taken':
      return answer.released > 0
        ? { ...well(state, state.transfer), receiptWaits: 0, receiptAt: 0 }
        : waits(state, at);
    default:
      return answer satisfies never;
  }
}

/** Everything is there and not signed for yet: the next look is put off, longer each time. */
function asked(state: UplinkState, archive: IngestState, at: number): UplinkState {
  const next = { ...state, askedAt: at };
  const unsigned = archive.missing.length === 0 && archive.receipted < archive.size;
  return unsigned ? waits(next, at) : { ...next, receiptWaits: 0, receiptAt: 0 };
}

function waits(state: UplinkState, at: number): UplinkState {
  const receiptWaits = state.receiptWaits + 1;
  const ms = growing(UPLINK_PAUSES.receiptFirst, UPLINK_PAUSES.receiptMost, receiptWaits);
  return { ...state, receiptWaits, receiptAt: at + ms };
}

function pushed(state: UplinkState, answer: Extract<UplinkAnswer, { type: 'journal-pushed' }>): UplinkState {
  const { recount, transfer } = state;
  const learnt = well(state, learnTransfer(transfer, answer));
  if (recount !== undefined) return recounted(learnt, recount, answer);
  if (answer.archive.size > (transfer.archive?.size ?? 0)) return learnt;
  return failed(state, { type: 'failed', at: answer.at, code: 'archive-stands-still', random: 0.5 });
}

/** No contradiction was found in this page: on with the next, or give up for a long while. */
function recounted(
  state: UplinkState,
  { to }: Recount,
  { checkpoint, at }: Extract<UplinkAnswer, { type: 'journal-pushed' }>,
): UplinkState {
  const from = checkpoint.size;
  return from < to ? { ...state, recount: { from, to } } : refused(state, at);
}

function failed(state: UplinkState, answer: Extract<UplinkAnswer, { type: 'failed' }>): UplinkState {
  const { remedy } = TRANSFER_RULES[answer.code];
  switch (remedy) {
    case 'retry':
      return pause(state, answer);
    case 'ask-again':
      return pause(forget(state), answer);
    case 'set-aside':
      if (answer.object === undefined) return pause(state, answer);
      return { ...state, transfer: setObjectAside(state.transfer, answer.object, answer.at) };
    case 'recount': {
      const recount = state.recounted ? undefined : recountOf(state.transfer);
      return recount === undefined ? refused(state, answer.at) : { ...state, recount, recounted: true };
    }
    case 'refuse':
      return refused(state, answer.at);
    default:
      return remedy satisfies never;
  }
}

function pause(state: UplinkState, { at, random }: Extract<UplinkAnswer, { type: 'failed' }>): UplinkState {
  const attempts = state.attempts + 1;
  const ms = spread(growing(UPLINK_PAUSES.retryFirst, UPLINK_PAUSES.retryMost, attempts), random);
  return { ...state, attempts, notBefore: at + ms };
}

function refused(state: UplinkState, at: number): UplinkState {
  return { ...forget(state), notBefore: at + TRANSFER_PAUSES.refused };
}

/** What the archive holds may have changed without us. */
function forget(state: UplinkState): UplinkState {
  return { ...state, recount: undefined, transfer: { ...state.transfer, archive: undefined } };
}

function well(state: UplinkState, transfer: Transfer): UplinkState {
  return { ...state, transfer, attempts: 0 };
}
