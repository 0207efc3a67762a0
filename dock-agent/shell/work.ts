import {
  blindCheck,
  MAX_PAGE_ENTRIES,
  restCheck,
  type ArchiveLink,
  type JournalName,
} from '@mingjing/protocol';
import { ANSWER_MS, PeerRefusal } from '@mingjing/runtime';
import { checkIdentity, checkPage, checkRevoked, type Trust } from '../core/check-camera.ts';
import { checkReceipt } from '../core/check-receipt.ts';
import type { BayEvent, BayWork } from '../core/bay-model.ts';
import type { CameraLink } from '../ports/camera-link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Revocations } from '../ports/revocations.ts';
import { failureOf, type Side } from './failure-of.ts';

/** What the work of one docking is done with. `signal` aborts when the camera is let go. */
export interface Docking {
  readonly camera: CameraLink;
  readonly archive: ArchiveLink;
  readonly trust: Trust;
  readonly revocations?: Revocations | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
  /** The camera has just said who it is. Never rejects. */
  readonly greet: (device: string) => Promise<void>;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before it is stamped with time and docking. */
export type Answer = DistributiveOmit<Extract<BayEvent, { docking: number }>, 'docking' | 'at'>;

type Workers = {
  [T in BayWork['type']]: (work: Extract<BayWork, { type: T }>, on: Docking) => Promise<Answer>;
};

/** For an object: a minute, and then no slower than this. */
const OBJECT_MS = 60_000;
const OBJECT_BYTES_PER_MS = 64;

const WORKERS: Workers = {
  look: async (_work, on) => {
    const said = await from('camera', on.camera.identify(within(on, ANSWER_MS)));
    const { camera, size } = checkIdentity(said.claims, said.line, on.trust);
    checkRevoked(camera, said, (one) => on.revocations?.revoked(one) ?? false);
    await on.greet(camera.device);
    return { type: 'looked', camera, size };
  },
  'ask-archive': async ({ camera }, on) => {
    const archive = await from('archive', on.archive.state(camera, within(on, ANSWER_MS)));
    return { type: 'archive-answered', archive };
  },
  'push-journal': async ({ camera, from: start, to }, on) => {
    const { device, epoch } = camera;
    const most = Math.min(MAX_PAGE_ENTRIES, (to ?? Infinity) - start);
    const signal = within(on, ANSWER_MS);
    const page = await from('camera', on.camera.journal(device, epoch, start, most, signal));
    const { checkpoint, named } = checkPage(page, { camera, from: start, most }, on.trust);
    const archive = await from('archive', on.archive.pushJournal(camera, page, within(on, ANSWER_MS)));
    return { type: 'journal-pushed', archive, checkpoint, named };
  },
  'move-object': async ({ camera, object, size }, on) => {
    await moveObject(camera, object, size, on);
    return { type: 'object-moved', object, size };
  },
  'hand-receipt': async ({ camera, beyond, atMost, checkpoint }, on) => {
    const delivery = await from('archive', on.archive.receipt(camera, within(on, ANSWER_MS)));
    if (delivery === undefined) return { type: 'receipt-pending' };
    const size = checkReceipt(delivery, { camera, atMost, checkpoint }, on.trust);
    if (size <= beyond) return { type: 'receipt-pending' };
    await from('camera', on.camera.handReceipt(camera.device, delivery, within(on, ANSWER_MS)));
    return { type: 'receipt-handed', size };
  },
  wait: ({ ms }, on) =>
    new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        on.signal.removeEventListener('abort', wake);
        resolve({ type: 'wake' });
      };
      const timer = on.clock.after(ms, wake);
      on.signal.addEventListener('abort', wake);
    }),
};

/** Does one piece of work. Never rejects: what goes wrong is an answer too. */
export async function perform(work: BayWork, on: Docking): Promise<Answer> {
  try {
    const worker = WORKERS[work.type] as (work: BayWork, on: Docking) => Promise<Answer>;
    return await worker(work, on);
  } catch (error) {
    const failure = failureOf(error, 'archive');
    const object = work.type === 'move-object' ? { object: work.object } : {};
    return { type: 'failed', code: failure.code, detail: failure.message.slice(0, 1000), ...object };
  }
}

/** A smaller object is sooner sent again than asked for. */
const RESUMED_BYTES = 1024 * 1024;

/** Goes on where an earlier upload broke off. If what the archive kept of that was not right, the whole is sent. */
async function moveObject(camera: JournalName, object: string, size: number, on: Docking): Promise<void> {
  const kept =
    size < RESUMED_BYTES ? 0 : await from('archive', on.archive.uploadOffset(object, within(on, ANSWER_MS)));
  if (kept > 0 && kept < size) {
    try {
      await moveRest(camera, object, { size, from: kept }, on);
      return;
    } catch (error) {
      if (!isOfWhatWasKept(error)) throw error;
    }
  }
  await moveRest(camera, object, { size, from: 0 }, on);
}

function isOfWhatWasKept(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof PeerRefusal && (cause.refusal === 'digest-mismatch' || cause.refusal === 'wrong-offset')
  );
}

/** From the camera's line to the archive's, through one piece of memory; nothing is kept here. */
async function moveRest(
  camera: JournalName,
  object: string,
  part: { readonly size: number; readonly from: number },
  on: Docking,
): Promise<void> {
  const { size, from: start } = part;
  const signal = within(on, OBJECT_MS + size / OBJECT_BYTES_PER_MS);
  if (start > 0) on.onBytes(start);
  let source: { readonly error: unknown } | undefined;
  async function* checked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      if (start === 0) yield* blindCheck(bytes, object, size, on.onBytes);
      else yield* restCheck(bytes, object, part, on.onBytes);
    } catch (error) {
      source = { error };
      throw error;
    }
  }
  const pour = async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      await on.archive.putObject(object, size, checked(bytes), signal, start);
    } catch (error) {
      // What ended the upload from this side explains the error that came out at the other.
      throw source === undefined ? failureOf(error, 'archive') : failureOf(source.error, 'camera');
    }
  };
  await from('camera', on.camera.object(camera.device, object, signal, pour, start));
}

async function from<T>(side: Side, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw failureOf(error, side);
  }
}

function within(on: Docking, ms: number): AbortSignal {
  return AbortSignal.any([on.signal, AbortSignal.timeout(Math.ceil(ms))]);
}
