import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, mkdirSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '@mingjing/runtime';
import { ObjectStoreError } from '../core/errors.ts';
import type { ByteRange, ObjectStore } from '../ports/object-store.ts';

const NAME = /^[0-9a-f]{64}$/;
const INCOMING = 'incoming';
/** What stood under an object's name and was none: kept for who wants to know why, swept by nobody. */
const DAMAGED = 'damaged';
/** Few large writes: many small ones cost twice the time. Buffers are used again, allocation is the larger cost. */
const BUFFER_BYTES = 1024 * 1024;
const IDLE_BUFFERS = 16;

/**
 * Objects as files: `ab/cd/abcd…`. An upload is written aside, hashed on the way, made durable and only then linked
 * under its name; a link never replaces a file, so an object in place is never touched again. A file of
 * another size than the object's was not put there by this store: it is moved to `damaged/`, and `onDamaged` told.
 */
export class DirectoryObjects implements ObjectStore {
  readonly #directory: string;
  readonly #onDamaged: (what: string) => void;
  readonly #idle: Buffer[] = [];

  constructor(directory: string, onDamaged: (what: string) => void = () => undefined) {
    this.#directory = directory;
    this.#onDamaged = onDamaged;
    mkdirSync(join(directory, INCOMING), { recursive: true, mode: 0o700 });
    syncDirectory(directory);
  }

  async put(object: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<'stored' | 'present'> {
    if ((await this.confirm(object)) === size) return 'present';
    const path = this.#path(object);
    const incoming = join(this.#directory, INCOMING, `${object}.${randomUUID()}`);
    try {
      await this.#receive(incoming, object, size, bytes);
      await this.#makeFolder(dirname(path));
      await this.#moveAside(object, path, size);
      const outcome = await linkOnce(incoming, path);
      syncDirectory(dirname(path));
      return outcome;
    } catch (error) {
      throw asStoreError(error, `object ${object} was not stored`);
    } finally {
      await unlink(incoming).catch(() => undefined);
    }
  }

  async confirm(object: string): Promise<number | undefined> {
    const path = this.#path(object);
    const size = await sizeOf(path);
    // A link that was made, and not yet synced when the process died, is made to last now.
    if (size !== undefined) syncDirectory(dirname(path));
    return size;
  }

  async read(object: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined> {
    const path = this.#path(object);
    const size = await sizeOf(path);
    if (size === undefined) return undefined;
    const from = range?.from ?? 0;
    const to = Math.min(range?.to ?? size, size);
    if (from >= to) return nothing();
    return createReadStream(path, { start: from, end: to - 1, highWaterMark: BUFFER_BYTES });
  }

  async sweep(): Promise<number> {
    const directory = join(this.#directory, INCOMING);
    const left = await readdir(directory);
    for (const file of left) await unlink(join(directory, file));
    return left.length;
  }

  /** Only a file of another size: beside it, an upload of the same object may just have put the good one in place. */
  async #moveAside(object: string, path: string, size: number): Promise<void> {
    const found = await sizeOf(path);
    if (found === undefined || found === size) return;
    const directory = join(this.#directory, DAMAGED);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const aside = join(directory, `${object}.${randomUUID()}`);
    try {
      await rename(path, aside);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return; // another upload of the same bytes was quicker
      throw error;
    }
    // Of two uploads at once, the slower may have caught what the quicker has just put in place.
    if ((await sizeOf(aside)) === size) {
      await linkOnce(aside, path);
      await unlink(aside);
      return;
    }
    syncDirectory(directory);
    syncDirectory(this.#directory);
    this.#onDamaged(`${object}: ${found} bytes in place of ${size}; kept as ${aside}`);
  }

  #path(object: string): string {
    if (!NAME.test(object)) throw new ObjectStoreError('storage-failed', 'not the name of an object');
    return join(this.#directory, object.slice(0, 2), object.slice(2, 4), object);
  }

  async #receive(
    path: string,
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o400);
    const buffer = this.#idle.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    try {
      const digest = await writeThrough(file, buffer, size, bytes);
      if (digest !== object)
        throw new ObjectStoreError('digest-mismatch', `the bytes sent as ${object} hash to ${digest}`);
      await file.datasync();
    } finally {
      await file.close();
      if (this.#idle.length < IDLE_BUFFERS) this.#idle.push(buffer);
    }
  }

  async #makeFolder(path: string): Promise<void> {
    const parent = dirname(path);
    await mkdir(path, { recursive: true, mode: 0o700 });
    // Made now, or by another upload that has not synced it yet: in either case the file needs its way down to last.
    syncDirectory(parent);
    syncDirectory(this.#directory);
  }
}

/** Writes exactly `size` bytes; gives their SHA-256. */
async function writeThrough(
  file: FileHandle,
  buffer: Buffer,
  size: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string> {
  const hash = createHash('sha256');
  let filled = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    hash.update(buffer.subarray(0, filled));
    for (let written = 0; written < filled;)
      written += (await file.write(buffer, written, filled - written)).bytesWritten;
    filled = 0;
  };
  for await (const piece of bytes) {
    total += piece.length;
    if (total > size) throw new ObjectStoreError('size-differs', `more than the ${size} bytes announced`);
    for (let offset = 0; offset < piece.length;) {
      const part = piece.subarray(offset, offset + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      offset += part.length;
      if (filled === buffer.length) await flush();
    }
  }
  if (total < size)
    throw new ObjectStoreError('size-differs', `${total} of the ${size} bytes announced came`);
  await flush();
  return hash.digest('hex');
}

async function linkOnce(from: string, to: string): Promise<'stored' | 'present'> {
  try {
    await link(from, to);
    return 'stored';
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return 'present'; // another upload of the same bytes was quicker
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw asStoreError(error, `${path} cannot be looked up`);
  }
}

function asStoreError(error: unknown, what: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ObjectStoreError('storage-full', `${what}: no room is left`, { cause: error });
  if (/^E[A-Z]+$/.test(code) && (error as NodeJS.ErrnoException).syscall !== undefined && isFileCall(error))
    return new ObjectStoreError('storage-failed', `${what}: ${code}`, { cause: error });
  return error;
}

/** A broken line (ECONNRESET and the like) is the sender's, not the disk's. */
function isFileCall(error: unknown): boolean {
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall !== 'read' && syscall !== 'connect';
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // an empty range
}
