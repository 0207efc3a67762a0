import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory, writeDurably } from '@mingjing/runtime';
import { ProvisioningError } from '../core/errors.ts';

const PRIVATE_DIRECTORY = 0o700;

/** Makes sure of a directory that its owner alone may enter. */
export function ensurePrivateDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    chmodSync(path, PRIVATE_DIRECTORY);
  } catch (cause) {
    throw new ProvisioningError('storage-failed', `${path} cannot be made a private directory`, { cause });
  }
}

/** Puts a file (0600) that is not there yet. The same content again is no error; any other is 'already-exists'. */
export function putNew(path: string, content: string): void {
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === content) return;
    throw new ProvisioningError('already-exists', `${path} is there already and is not written over`);
  }
  try {
    writeDurably(path, content);
  } catch (cause) {
    throw new ProvisioningError('storage-failed', `${path} cannot be written`, { cause });
  }
}

/**
 * Puts a whole directory in place or none of it: `fill` writes into a neighbour, which is then renamed.
 * 'already-exists' if anything is there.
 */
export async function putNewDirectory(
  path: string,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(path);
  const temporary = join(parent, `.${process.pid}-${Date.now()}.new`);
  if (existsSync(path))
    throw new ProvisioningError('already-exists', `${path} is there already and is not written over`);
  if (!existsSync(parent)) mkdirSync(parent, { recursive: true, mode: PRIVATE_DIRECTORY });
  mkdirSync(temporary, { mode: PRIVATE_DIRECTORY });
  try {
    await fill(temporary);
    syncDirectory(temporary);
    renameSync(temporary, path);
    syncDirectory(parent);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** The text of a file of at most `limit` bytes. */
export function readLimited(path: string, limit: number, code: ProvisioningError['code']): string {
  try {
    if (statSync(path).size > limit) throw new RangeError(`larger than ${limit} bytes`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new ProvisioningError(code, `${path} cannot be read: ${why}`, { cause });
  }
}
