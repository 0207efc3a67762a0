import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { ProvisioningError } from '../core/errors.ts';

const WAIT_MS = 5000;
const TRY_EVERY_MS = 20;

/**
 * Runs `act` while nobody else does: whoever creates the lock file, which says its process, has the lock. It waits
 * for a holder that lives, for a moment. A lock that a killed process left is never broken by itself, for two could
 * break it at once: a person deletes it. `code` 'locked'.
 */
export function withLockFile<T>(path: string, act: () => T): T {
  take(path);
  try {
    return act();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path: string): void {
  const deadline = performance.now() + WAIT_MS;
  while (!create(path)) {
    const holder = holderOf(path);
    // Read again: it may have let go and ended between the two looks.
    if (holder !== undefined && !runs(holder) && holderOf(path) === holder)
      throw locked(path, `process ${holder}, which has ended`);
    if (performance.now() > deadline)
      throw locked(path, holder === undefined ? 'an unknown process' : `process ${holder}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TRY_EVERY_MS);
  }
}

function create(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new ProvisioningError('storage-failed', `${path} cannot be written`, { cause });
  }
  try {
    writeSync(file, `${process.pid}\n`);
  } catch (cause) {
    rmSync(path, { force: true });
    throw new ProvisioningError('storage-failed', `${path} cannot be written`, { cause });
  } finally {
    closeSync(file);
  }
  return true;
}

/** Undefined while the holder has not written it yet, or has just let go. */
function holderOf(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return /^[1-9][0-9]{0,9}\n$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function locked(path: string, holder: string): ProvisioningError {
  return new ProvisioningError(
    'locked',
    `另一签发正在进行；若确无，请删除锁文件后重试 · another issue is under way; if there is none, delete the lock ` +
      `and try again: ${path} (${holder})`,
  );
}
