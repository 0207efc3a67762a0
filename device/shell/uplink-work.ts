import {
  blindCheck,
  TransferFailure,
  type JournalPage,
  type ReceiptOutcome,
  type RefusalCode,
  type TransferFailureCode,
} from '@mingjing/protocol';
import { ANSWER_MS, archiveFailureOf } from '@mingjing/runtime';
import type { UplinkAnswer, UplinkWork } from '../core/uplink-rules.ts';
import type { ArchiveLine } from '../ports/archive-line.ts';
import type { DockingDesk } from '../ports/docking-link.ts';
import type { Journal } from '../ports/journal.ts';
import type { Pace } from './paced-bytes.ts';

/** What the uplink works with. `signal` aborts when it is to drop everything. */
export interface UplinkTools {
  readonly line: ArchiveLine;
  /** The desk at which docks ask: one way to read the journal and objects, one rule for receipts. */
  readonly desk: Pick<DockingDesk, 'journal' | 'object' | 'receipt'>;
  readonly journal: Pick<Journal, 'name' | 'size' | 'rootAt'>;
  readonly pace: Pace;
  readonly rate: () => number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

type Task = Exclude<UplinkWork, { type: 'rest' | 'fail' }>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Done = DistributiveOmit<UplinkAnswer, 'at'>;
type Workers = { [T in Task['type']]: (task: Extract<Task, { type: T }>, on: UplinkTools) => Promise<Done> };

/** An object may take so much longer than the pace allows for. */
const SLACK = 3;
const OBJECT_MS = 60_000;

const WORKERS: Workers = {
  'ask-archive': async (_task, { line, journal, signal }) => {
    const { size, name } = journal;
    return { type: 'archive-answered', archive: await line.state(name, within(signal, ANSWER_MS)), size };
  },
  'push-journal': async ({ from, most }, { line, desk, journal, pace, signal }) => {
    const page = pageOf(desk.journal(journal.name.epoch, from, most));
    const archive = await line.pushJournal(journal.name, page, within(signal, ANSWER_MS));
    pace.spent(weight(page));
    const size = from + page.entries.length;
    return {
      type: 'journal-pushed',
      archive,
      checkpoint: { size, root: journal.rootAt(size) },
      named: undefined,
    };
  },
  'move-object': async ({ object, size }, on) => {
    const begun = on.now();
    await moveObject(object, size, on);
    return { type: 'object-moved', object, size, tookMs: on.now() - begun };
  },
  'take-receipt': async (_task, { line, desk, journal, signal }) => {
    const delivery = await line.receipt(journal.name, within(signal, ANSWER_MS));
    if (delivery === undefined) return { type: 'receipt-taken', released: 0 };
    return { type: 'receipt-taken', released: releasedBy(await desk.receipt(delivery)) };
  },
};

/** Rejects with what {@link failureOf} reads. */
export async function performUplink(task: Task, on: UplinkTools): Promise<Done> {
  const worker = WORKERS[task.type] as (task: Task, on: UplinkTools) => Promise<Done>;
  return await worker(task, on);
}

/** What went wrong, for the rules; undefined: it is this camera's own fault, to be logged as such. */
export function failureOf(error: unknown): TransferFailureCode | undefined {
  return error instanceof TransferFailure ? error.code : archiveFailureOf(error);
}

async function moveObject(object: string, size: number, on: UplinkTools): Promise<void> {
  const held = await on.desk.object(object);
  if (typeof held === 'string') throw new TransferFailure('object-missing', `${object} is not here: ${held}`);
  if (held.size !== size)
    throw new TransferFailure(
      'object-refused',
      `${object} has ${held.size} bytes, the archive wants ${size}`,
    );
  const signal = within(on.signal, OBJECT_MS + (SLACK * 1000 * size) / on.rate());
  const bytes = blindCheck(on.pace.slow(await held.read(0, size), signal), object, size);
  let source: { readonly error: unknown } | undefined;
  async function* told(): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes;
    } catch (error) {
      source = { error };
      throw error;
    }
  }
  try {
    await on.line.putObject(object, size, told(), signal);
  } catch (error) {
    // What ended the upload from this side explains the error that came out at the other.
    throw source === undefined ? error : asTransferFailure(source.error, object);
  }
}

/** A medium that does not give an object: the others go on. */
function asTransferFailure(error: unknown, object: string): unknown {
  if (error instanceof TransferFailure || (error instanceof Error && error.name === 'AbortError'))
    return error;
  return new TransferFailure('object-missing', `${object} cannot be read`, { cause: error });
}

function pageOf(answer: JournalPage | RefusalCode): JournalPage {
  if (typeof answer !== 'string') return answer;
  throw new TransferFailure(
    'journal-rolled-back',
    `the archive asks for entries this camera has dropped: ${answer}`,
  );
}

function releasedBy(outcome: ReceiptOutcome | RefusalCode): number {
  if (typeof outcome !== 'string') return outcome.released;
  throw new TransferFailure('receipt-refused', `the receipt does not hold: ${outcome}`);
}

function weight(page: JournalPage): number {
  return (
    page.entries.reduce((sum, entry) => sum + entry.length, 0) +
    page.checkpoint.length +
    page.evidence.join('').length
  );
}

function within(signal: AbortSignal, ms: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(ms))]);
}
