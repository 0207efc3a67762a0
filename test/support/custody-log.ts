import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteCustody } from '../../central/adapters/sqlite-custody.ts';
import { Custody } from '../../central/shell/custody.ts';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import type { ArchivePlace } from './central-process.ts';

const FILE = 'custody.sqlite';

/** Looks at recordings, as a command beside the archive does; the archive may run or not. */
export async function look({ state, identity }: ArchivePlace, who: string, times = 1): Promise<void> {
  const store = new SqliteCustody(join(state, FILE));
  const custody = new Custody(store, loadEvidenceIdentity(identity, 'archive'));
  const recording = { device: 'cam-1', epoch: 1, recording: 'a'.repeat(32) };
  try {
    for (let n = 0; n < times; n += 1)
      await custody.record({ kind: 'command', user: who }, recording, { type: 'looked-at' });
  } finally {
    store.close();
  }
}

/** Of an archive that has stopped. */
export function copyLog({ state, dir }: ArchivePlace, name: string): void {
  copyFileSync(join(state, FILE), join(dir, name));
}

export function restoreLog({ state, dir }: ArchivePlace, name: string): void {
  copyFileSync(join(dir, name), join(state, FILE));
}
