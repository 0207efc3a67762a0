import assert from 'node:assert/strict';
import fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Paths of what is synced within a directory while `act` runs, in order. */
export async function whatIsSynced(within: string, act: () => Promise<unknown>): Promise<string[]> {
  const paths: string[] = [];
  const note = (fd: number): void => {
    const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
    if (path.startsWith(within)) paths.push(path);
  };
  const probe = await open('/dev/null');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { fsyncSync } = fs;
  const sync = Object.getOwnPropertyDescriptor(prototype, 'sync') ?? assert.fail();
  const original = sync.value as (this: FileHandle) => Promise<void>;
  prototype.sync = async function (this: FileHandle) {
    await original.call(this);
    note(this.fd);
  };
  fs.fsyncSync = (fd) => {
    fsyncSync(fd);
    note(fd);
  };
  syncBuiltinESMExports();
  try {
    await act();
    return paths;
  } finally {
    Object.defineProperty(prototype, 'sync', sync);
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  }
}
