import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory, writeDurably } from '@mingjing/runtime';
import { ProvisioningError } from '../core/errors.ts';

const PRIVATE_DIRECTORY = 0o700;

/** Who may write in a directory may put another key or root in the place of ours. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes a directory that its owner alone may enter. One that is there already is somebody's: it is taken as it is,
 * its mode is never changed, and it is refused if others may write in it. `code` 'bad-argument', 'storage-failed'.
 */
export function ensurePrivateDirectory(path: string): void {
  let mode: number;
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY });
    mode = statSync(path).mode;
  } catch (cause) {
    throw new ProvisioningError('storage-failed', `${path} cannot be made a private directory`, { cause });
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new ProvisioningError(
      'bad-argument',
      `他人可写此目录，请换一个新目录，或先 chmod go-w · others may write in this directory: name a new one, ` +
        `or chmod go-w it first: ${path}`,
    );
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
