import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes what was created, renamed or removed in a directory survive a power cut. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * Puts a whole file in place, or none: when it returns, the file is durable under its name. Mode 0600 unless told.
 * When it throws, nothing of the attempt is left, as far as the medium lets go of it.
 */
export function writeDurably(path: string, content: Uint8Array | string, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeSynced(temporary, content, mode);
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  syncDirectory(dirname(path));
}

function writeSynced(path: string, content: Uint8Array | string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error that led here is the one to tell.
  }
}
