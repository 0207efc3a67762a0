import { sha256Stream, toHex } from '@mingjing/protocol';
import type { ReadFailures } from '../core/read-failures.ts';
import type { ObjectRecord } from '../ports/journal.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts } from './camera-ports.ts';

type Ports = Pick<CameraPorts, 'clock' | 'journal' | 'store' | 'log'>;

/**
 * The whole of an object, hashed as it goes out. INVARIANT: whoever has its last byte, and finds that it is not
 * what its name says, finds in the journal that it is lost: so the last piece waits until that is settled.
 * Bytes that twice read as something else are lost. A medium that refuses to read has lost nothing yet: only what
 * was refused again and again, over a long time, is lost.
 */
export async function* servedWhole(
  ports: Ports,
  alarms: Alarms,
  failures: ReadFailures,
  record: ObjectRecord,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = sha256Stream();
  let last: Uint8Array | undefined;
  try {
    for await (const piece of await ports.store.open(record.file, 0, record.size)) {
      if (last !== undefined) yield last;
      hash.update(piece);
      last = piece;
    }
  } catch (error) {
    // A reader who goes away ends this without an error: it was the medium.
    if (failures.failed(record.object, ports.clock.now().mono))
      sayLost(ports, alarms, record, 'file-unreadable');
    throw error;
  }
  failures.read(record.object);
  if (toHex(hash.digest()) !== record.object) await settle(ports, alarms, record);
  if (last !== undefined) yield last;
}

/** Reads all of it once more before anything is said. */
async function settle(ports: Ports, alarms: Alarms, record: ObjectRecord): Promise<void> {
  const { object, file, size } = record;
  const found = await ports.store.sizeOf(file);
  if (found !== size) {
    declareLost(ports, alarms, record, found);
    return;
  }
  const hash = sha256Stream();
  for await (const piece of await ports.store.open(file, 0, size)) hash.update(piece);
  if (toHex(hash.digest()) !== object) declareLost(ports, alarms, record, found);
  else ports.log.warn({ object, file }, 'an object read as something else once, and well the second time');
}

/** Says so once; an object that was released or declared lost meanwhile is nobody's loss. */
export function declareLost(
  ports: Ports,
  alarms: Alarms,
  record: ObjectRecord,
  found: number | undefined,
): void {
  sayLost(ports, alarms, record, found === undefined ? 'file-missing' : 'file-damaged');
}

function sayLost(
  { journal, log }: Ports,
  alarms: Alarms,
  { object, file, size }: ObjectRecord,
  reason: 'file-missing' | 'file-damaged' | 'file-unreadable',
): void {
  if (journal.object(object) === undefined) return;
  journal.append({ type: 'object-lost', object, reason });
  log.error({ object, file, size, reason }, 'an object is lost');
  alarms.raise('object-lost', 'critical', object);
}
