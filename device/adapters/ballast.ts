import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '@mingjing/runtime';

export const BALLAST_BYTES = 8 * 1024 * 1024;
const PIECE_BYTES = 1024 * 1024;
/** With less room than this the footage needs it more. */
const ROOM_BYTES = 4 * BALLAST_BYTES;

/**
 * Space held back for a start on a full disk: without a few pages for its journal a camera could not be docked,
 * and a camera that cannot be docked is never emptied. It is given up before the journal is opened, and taken
 * again when there is room.
 */
export class Ballast {
  readonly #directory: string;
  readonly #path: string;
  #restoring: Promise<boolean> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, 'ballast');
  }

  /** Call before anything is opened. Whether the ballast was given up. */
  releaseIfFull(): boolean {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    if (this.#free() >= BALLAST_BYTES || !existsSync(this.#path)) return false;
    rmSync(this.#path);
    syncDirectory(this.#directory);
    return true;
  }

  /** Whether there is a ballast now. Never throws: a camera without one records as well. */
  restore(): Promise<boolean> {
    this.#restoring ??= this.#restore().finally(() => (this.#restoring = undefined));
    return this.#restoring;
  }

  async #restore(): Promise<boolean> {
    const temporary = `${this.#path}.tmp`;
    try {
      if (existsSync(this.#path)) return true;
      if (this.#free() < ROOM_BYTES) return false;
      await fill(temporary);
      await rename(temporary, this.#path);
      syncDirectory(this.#directory);
      return true;
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
      return false;
    }
  }

  #free(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }
}

/** Bytes that no file system can store in less than their room. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    for (let written = 0; written < BALLAST_BYTES; written += PIECE_BYTES)
      await file.writeFile(randomBytes(PIECE_BYTES));
    await file.sync();
  } finally {
    await file.close();
  }
}
