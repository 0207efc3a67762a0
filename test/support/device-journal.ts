import { createHash } from 'node:crypto';
import {
  decodeEntry,
  equalBytes,
  Frontier,
  JournalReplay,
  noteVerifier,
  openCheckpoint,
  cameraOrigin,
} from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { SqliteJournal, type JournalSizes } from '../../device/adapters/sqlite-journal/sqlite-journal.ts';
import { SystemClock } from '../../device/adapters/system-clock.ts';
import type { Clock } from '../../device/ports/clock.ts';
import type { Journal } from '../../device/ports/journal.ts';

export const JOURNAL = { device: 'cam-1', epoch: 1 } as const;

/** The journal of camera `cam-1`, as a process would open it. */
export function openJournal(
  path: string,
  identity: string,
  clock: Clock = new SystemClock(),
  sizes?: JournalSizes,
): SqliteJournal {
  return new SqliteJournal(path, JOURNAL, loadEvidenceIdentity(identity, 'camera').signer, clock, sizes);
}

/** Everything a stranger would ask of a journal; throws at the first thing that is wrong. */
export function auditJournal(journal: Journal, identity: string): JournalReplay {
  const origin = cameraOrigin(journal.name);
  const replay = new JournalReplay(origin);
  const frontier = new Frontier();
  const { publicKey } = loadEvidenceIdentity(identity, 'camera').certificate;
  for (const bytes of journal.entries(0, journal.size)) {
    const faults = replay.apply(frontier.size, decodeEntry(bytes));
    if (faults.length > 0) throw new Error(`entry ${frontier.size}: ${faults.join(', ')}`);
    frontier.append(bytes);
    if (!equalBytes(frontier.root(), journal.rootAt(frontier.size)))
      throw new Error(`root at ${frontier.size} differs`);
  }
  const checkpoint = openCheckpoint(journal.checkpointAt(journal.size), origin, [
    noteVerifier(origin, publicKey),
  ]);
  if (checkpoint.size !== frontier.size || !equalBytes(checkpoint.root, frontier.root()))
    throw new Error('the checkpoint is of something else');
  return replay;
}

export function fakeObject(text: string): { object: string; size: number } {
  return { object: createHash('sha256').update(text).digest('hex'), size: text.length };
}
