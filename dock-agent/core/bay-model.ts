import type {
  BAY_STATES,
  IngestState,
  JournalName,
  Recount,
  SeenCheckpoint,
  Transfer,
  TransferAnswer,
} from '@mingjing/protocol';
import type { FailureCode } from './failures.ts';

/** Of what is drawn from 0 to 1: a pause is neither longer nor shorter for it. */
export const MIDDLE = 0.5;

export type ShownState = (typeof BAY_STATES)[number];

/** Between being known and being ready. `clearing`: a receipt is handed on, and the camera erases what it covers. */
export interface Moving {
  readonly name: 'transferring' | 'clearing';
  readonly camera: JournalName;
  readonly transfer: Transfer;
}

/** Where a bay is with its camera. */
export type Phase =
  | { readonly name: 'empty' }
  | { readonly name: 'identifying' }
  | Moving
  /** Refused for `code`, once the archive has seen the camera's own account of what it holds already. */
  | {
      readonly name: 'recounting';
      readonly camera: JournalName;
      readonly code: FailureCode;
      readonly recount: Recount;
    }
  | { readonly name: 'ready'; readonly camera: JournalName; readonly transfer: Transfer }
  | { readonly name: 'refused'; readonly camera: JournalName | undefined; readonly code: FailureCode };

export function isMoving(phase: Phase): phase is Moving {
  return phase.name === 'transferring' || phase.name === 'clearing';
}

export interface BayState {
  /** Counts cameras put in, so that a late answer about the one before is known as such. */
  readonly docking: number;
  readonly phase: Phase;
  /** Failures in a row, the last one's code, and whether people were told. */
  readonly trouble: { readonly code: FailureCode; readonly attempts: number } | undefined;
  /** Alarms raised for this docking: each is raised once. */
  readonly alarmed: ReadonlySet<string>;
  /** Times in a row that the receipt was not there yet. */
  readonly receiptWaits: number;
  /** The camera was recounted in this docking: that is done once. */
  readonly recounted: boolean;
  /** Drawn for the last event. */
  readonly random: number;
}

export const EMPTY_BAY: BayState = {
  docking: 0,
  phase: { name: 'empty' },
  trouble: undefined,
  alarmed: new Set(),
  receiptWaits: 0,
  recounted: false,
  random: MIDDLE,
};

/** `at`: milliseconds of a clock that never runs backwards. */
interface Happened {
  readonly at: number;
  /** Drawn for this event from 0 to 1: spreads the pauses after it. Without one they are exact. */
  readonly random?: number | undefined;
}
interface About extends Happened {
  readonly docking: number;
}

export type BayEvent =
  | (Happened & { readonly type: 'docked' })
  | (Happened & { readonly type: 'undocked' })
  | (About & { readonly type: 'wake' })
  | (About & { readonly type: 'looked'; readonly camera: JournalName; readonly size: number })
  | (About & { readonly type: 'archive-answered'; readonly archive: IngestState })
  | (About & {
      readonly type: 'journal-pushed';
      readonly archive: IngestState;
      readonly checkpoint: SeenCheckpoint;
      /** Size at the last entry of the page that names an object; undefined: none does. */
      readonly named: number | undefined;
    })
  | (About & { readonly type: 'object-moved'; readonly object: string; readonly size: number })
  | (About & { readonly type: 'receipt-handed'; readonly size: number })
  | (About & { readonly type: 'receipt-pending' })
  | (About & {
      readonly type: 'failed';
      readonly code: FailureCode;
      readonly object?: string;
      /** For the technician, in English. */
      readonly detail: string;
    });

export type Failed = Extract<BayEvent, { type: 'failed' }>;
export type Learned = Extract<BayEvent, { type: TransferAnswer['type'] }>;
export type Progress = Exclude<BayEvent, { type: 'docked' | 'undocked' | 'failed' }>;

/** Work: the bay has exactly one of these under way while a camera is in it. Each is answered by one event. */
export type BayWork =
  | { readonly type: 'look' }
  | { readonly type: 'ask-archive'; readonly camera: JournalName }
  | {
      readonly type: 'push-journal';
      readonly camera: JournalName;
      readonly from: number;
      /** The page goes no further; undefined: as far as it may. */
      readonly to?: number;
    }
  | {
      readonly type: 'move-object';
      readonly camera: JournalName;
      readonly object: string;
      readonly size: number;
    }
  | {
      readonly type: 'hand-receipt';
      readonly camera: JournalName;
      /** It must cover more than this. */
      readonly beyond: number;
      /** It may cover no more than this: the camera's journal as it was last seen. */
      readonly atMost: number;
      readonly checkpoint: SeenCheckpoint | undefined;
    }
  | { readonly type: 'wait'; readonly ms: number };

export type BayCommand =
  | (BayWork & { readonly docking: number })
  /** Everything under way for this docking is dropped, its lines are closed. */
  | { readonly type: 'let-go'; readonly docking: number }
  | { readonly type: 'show'; readonly state: ShownState; readonly camera: string | undefined }
  | {
      readonly type: 'raise-alarm';
      readonly camera: string | undefined;
      readonly code: FailureCode;
      readonly severity: 'warning' | 'critical';
      readonly detail: string;
    };

export interface Stepped {
  readonly state: BayState;
  readonly commands: readonly BayCommand[];
}
