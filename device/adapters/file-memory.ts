import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '@mingjing/runtime';
import { DeviceError } from '../core/errors.ts';
import type { DeviceMemory, Kept } from '../ports/device-memory.ts';

/** One small file for each thing. */
export class FileMemory implements DeviceMemory {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  recall(what: Kept): Uint8Array | undefined {
    try {
      return readFileSync(this.#path(what));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new DeviceError('storage-failed', `${this.#path(what)} cannot be read`, { cause });
    }
  }

  keep(what: Kept, bytes: Uint8Array): void {
    try {
      writeDurably(this.#path(what), bytes);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const full = code === 'ENOSPC' || code === 'EDQUOT';
      throw new DeviceError(
        full ? 'storage-full' : 'storage-failed',
        `${this.#path(what)} cannot be written`,
        { cause },
      );
    }
  }

  #path(what: Kept): string {
    return join(this.#directory, `${what}.json`);
  }
}
