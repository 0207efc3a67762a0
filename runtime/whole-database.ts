import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { openDatabase, type Database } from './database.ts';
import { syncDirectory } from './durable-file.ts';
import { RuntimeError } from './errors.ts';

/**
 * What a damaged database, or one of a later version, holds is not worth a machine that does not start: the file is put
 * aside as `….damaged`, another is begun, and `putAside` is called. Throws when no file can be opened.
 */
export function openOrBegin(
  path: string,
  migrations: readonly string[],
  putAside: (why: unknown) => void = () => undefined,
): Database {
  try {
    return openWhole(path, migrations);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    setAside(path);
    const begun = openWhole(path, migrations);
    putAside(error);
    return begun;
  }
}

function openWhole(path: string, migrations: readonly string[]): Database {
  const database = openDatabase(path, migrations);
  try {
    const found = database.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new RuntimeError('storage-failed', `${path} is damaged: ${String(found)}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Not a medium that is full or broken: there the same file may be well again. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof RuntimeError) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'));
}

/** The latest damaged one is kept. The log goes first: it must not be taken for that of another file. */
function setAside(path: string): void {
  for (const part of ['-wal', '-shm']) rmSync(`${path}${part}`, { force: true });
  renameSync(path, `${path}.damaged`);
  syncDirectory(dirname(path));
}
