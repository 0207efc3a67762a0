import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, stat, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AgeSealer,
  CHUNK_BYTES,
  freeBox,
  sha256,
  sha256Stream,
  toHex,
  x25519Recipient,
} from '@mingjing/protocol';
import { syncDirectory, writeDurably } from '@mingjing/runtime';
import { DeviceError } from '../core/errors.ts';
import { restFile } from '../core/file-names.ts';
import { SurvivingChunks } from '../core/surviving-chunks.ts';
import type {
  Filling,
  FootageStore,
  RecoveredSegment,
  SealedSegment,
  SegmentWriter,
  StoredObject,
} from '../ports/footage-store.ts';

const READ_BYTES = 1024 * 1024;
const FILE_NAME = /^[a-z0-9][a-z0-9.-]{0,127}$/;
const MIN_FREE_BOX = 8;
/** What says nothing and still follows a chunk. */
const PAYMENTS: Readonly<Record<Filling, Uint8Array>> = {
  boxes: freeBox(MIN_FREE_BOX),
  exact: new Uint8Array(2),
};
/** One name: what a failing medium leaves of a probe, the next probe takes. */
const PROBE = 'probe';

/** Sealed footage as plain files in one directory of mode 0700. */
export class FileFootageStore implements FootageStore {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<FileFootageStore> {
    return await guarded(`${directory} cannot be made`, async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return new FileFootageStore(directory);
    });
  }

  async beginSegment(
    file: string,
    recipient: string,
    init: Uint8Array,
    filling: Filling = 'boxes',
  ): Promise<SegmentWriter> {
    const path = this.#path(file);
    return await guarded(`${path} cannot be created`, async () => {
      const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        const writer = new FileSegmentWriter(handle, path, recipient, filling);
        await writer.begin(init);
        syncDirectory(this.#directory);
        return writer;
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async put(file: string, content: Uint8Array): Promise<StoredObject> {
    const path = this.#path(file);
    return await guarded(`${path} cannot be written`, () => {
      writeDurably(path, content);
      return Promise.resolve({ object: toHex(sha256(content)), size: content.length });
    });
  }

  async recoverSegment(file: string): Promise<RecoveredSegment> {
    const path = this.#path(file);
    const aside = await this.sizeOf(restFile(file));
    return await guarded(`${path} cannot be recovered`, async () => {
      const handle = await openIfThere(path, 'r+');
      if (handle === undefined)
        return aside === undefined ? { damaged: false } : { found: aside, damaged: true };
      try {
        const { length, holdsMore } = await lookThrough(handle);
        const { size } = await handle.stat();
        if (length === 0) return { found: size, damaged: false };
        if (holdsMore && !(await this.#keepRest(file, handle, length))) return { found: size, damaged: true };
        await handle.truncate(length);
        await handle.sync();
        syncDirectory(this.#directory);
        return {
          survived: { object: await hashFile(handle), size: length },
          found: holdsMore ? size : length + (aside ?? 0),
          damaged: holdsMore || aside !== undefined,
        };
      } finally {
        await handle.close();
      }
    });
  }

  async setAside(file: string): Promise<void> {
    const path = this.#path(file);
    // Two rests of one segment: the second stays where it is, and nothing explains it.
    if ((await this.sizeOf(restFile(file))) !== undefined) return;
    await guarded(`${path} cannot be set aside`, async () => {
      await rename(path, this.#path(restFile(file))).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
      syncDirectory(this.#directory);
    });
  }

  /** False if there is no room to part the file: then all of it is set aside. */
  async #keepRest(file: string, from: FileHandle, start: number): Promise<boolean> {
    const path = this.#path(restFile(file));
    const temporary = `${path}.tmp`;
    try {
      await copyFrom(from, start, temporary);
      await rename(temporary, path);
      syncDirectory(this.#directory);
      return true;
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      if (!isFull(error)) throw error;
      await this.setAside(file);
      return false;
    }
  }

  async open(file: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#path(file);
    return await guarded(`${path} cannot be read`, async () => {
      const handle = await open(path, 'r');
      return handle.createReadStream({ start: from, end: to - 1, highWaterMark: READ_BYTES });
    });
  }

  async sizeOf(file: string): Promise<number | undefined> {
    const path = this.#path(file);
    return await guarded(`${path} cannot be looked at`, async () => {
      try {
        return (await stat(path)).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async list(): Promise<string[]> {
    return await guarded(`${this.#directory} cannot be listed`, async () => {
      const there = await readdir(this.#directory, { withFileTypes: true });
      return there.filter((one) => one.isFile()).map(({ name }) => name);
    });
  }

  async remove(files: readonly string[]): Promise<void> {
    await guarded(`files in ${this.#directory} cannot be removed`, async () => {
      for (const file of files) {
        await unlink(join(this.#directory, file)).catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
      }
      if (files.length > 0) syncDirectory(this.#directory);
    });
  }

  async freeBytes(): Promise<number> {
    return await guarded(`${this.#directory} cannot be measured`, async () => {
      const { bavail, bsize } = await statfs(this.#directory);
      return bavail * bsize;
    });
  }

  async isWritable(): Promise<boolean> {
    try {
      writeDurably(join(this.#directory, PROBE), Buffer.alloc(4096, 1));
      await this.remove([PROBE]);
      return true;
    } catch {
      return false;
    }
  }

  #path(file: string): string {
    if (!FILE_NAME.test(file)) throw new TypeError(`not the name of a footage file: ${file}`);
    return join(this.#directory, file);
  }
}

class FileSegmentWriter implements SegmentWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #sealer: AgeSealer;
  readonly #object = sha256Stream();
  readonly #content = sha256Stream();
  readonly #filling: Filling;
  #size = 0;
  /** A chunk was given out early: at least one byte must follow it (c2sp.org/age). */
  #owes = false;
  #spent = false;

  constructor(handle: FileHandle, path: string, recipient: string, filling: Filling) {
    this.#handle = handle;
    this.#path = path;
    this.#filling = filling;
    this.#sealer = new AgeSealer([x25519Recipient(recipient)]);
  }

  async begin(init: Uint8Array): Promise<void> {
    await this.#write([this.#sealer.head, this.#seal(init)]);
    await this.#handle.sync();
  }

  async append(parts: readonly Uint8Array[], last = false): Promise<void> {
    await this.#guarded(async () => {
      const sealed = parts.map((part) => this.#seal(part));
      if (last) {
        await this.#write(sealed);
        return;
      }
      const filled = this.#filling === 'boxes' ? this.#padToChunk() : new Uint8Array(0);
      const flushed = this.#sealer.flushFull();
      this.#owes = flushed.length > 0;
      await this.#write([...sealed, filled, flushed]);
      await this.#handle.datasync();
    });
  }

  async seal(): Promise<SealedSegment> {
    return await this.#guarded(async () => {
      if (this.#owes) await this.#write([this.#seal(PAYMENTS[this.#filling])]);
      await this.#write([this.#sealer.final()]);
      await this.#handle.sync();
      await this.abandon();
      return {
        object: toHex(this.#object.digest()),
        size: this.#size,
        content: toHex(this.#content.digest()),
      };
    });
  }

  async abandon(): Promise<void> {
    if (this.#spent) return;
    this.#spent = true;
    await this.#handle.close();
  }

  #seal(plaintext: Uint8Array): Uint8Array {
    if (plaintext.length > 0) this.#owes = false;
    this.#content.update(plaintext);
    return this.#sealer.update(plaintext);
  }

  /** Fills the chunk with a `free` box, so that nothing of the fragment waits in memory. */
  #padToChunk(): Uint8Array {
    const room = CHUNK_BYTES - this.#sealer.pending;
    if (room === 0) return new Uint8Array(0);
    return this.#seal(freeBox(room < MIN_FREE_BOX ? room + CHUNK_BYTES : room));
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await this.#handle.write(piece, done, piece.length - done);
        done += bytesWritten;
      }
      this.#object.update(piece);
      this.#size += piece.length;
    }
  }

  async #guarded<T>(act: () => Promise<T>): Promise<T> {
    return await guarded(`${this.#path} cannot be written`, act);
  }
}

async function lookThrough(handle: FileHandle): Promise<SurvivingChunks> {
  const chunks = new SurvivingChunks();
  for await (const piece of piecesOf(handle)) chunks.update(piece);
  return chunks;
}

async function hashFile(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(handle)) hash.update(piece);
  return hash.digest('hex');
}

async function copyFrom(handle: FileHandle, start: number, path: string): Promise<void> {
  const copy = await open(path, 'w', 0o600);
  try {
    for await (const piece of piecesOf(handle, start)) await copy.writeFile(piece);
    await copy.sync();
  } finally {
    await copy.close();
  }
}

/** Each piece is overwritten by the next. */
async function* piecesOf(handle: FileHandle, start = 0): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.alloc(READ_BYTES);
  for (let at = start; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function isFull(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function openIfThere(path: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function guarded<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (cause instanceof DeviceError || code === undefined) throw cause;
    throw new DeviceError(isFull(cause) ? 'storage-full' : 'storage-failed', `${what} (${code})`, { cause });
  }
}
