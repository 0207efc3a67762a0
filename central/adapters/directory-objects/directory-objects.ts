import { createHash, randomUUID, type Hash } from 'node:crypto';
import { constants, createReadStream, mkdirSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '@mingjing/runtime';
import { ObjectStoreError } from '../../core/errors.ts';
import type { ByteRange, ObjectStore, UploadSender } from '../../ports/object-store.ts';
import { KeptUploads, type Incoming } from './kept-uploads.ts';

const NAME = /^[0-9a-f]{64}$/;
const INCOMING = 'incoming';
/** What stood under an object's name and was none: kept for who wants to know why, swept by nobody. */
const DAMAGED = 'damaged';
const READ_BYTES = 1024 * 1024;

/**
 * Objects as files: `ab/cd/abcd…`. An upload is written aside, hashed on the way, made durable and only then linked
 * under its name; a link never replaces a file, so an object in place is never touched again. A file of
 * another size than the object's was not put there by this store: it is moved to `damaged/`, and `onDamaged` told.
 */
export class DirectoryObjects implements ObjectStore {
  readonly #directory: string;
  readonly #onDamaged: (what: string) => void;
  readonly #uploads: KeptUploads;
  /** A look hashes all that is kept: whoever asks again meanwhile is told the same. */
  readonly #looking = new Map<string, Promise<number>>();
  /** Folders this process has made to last. */
  readonly #folders = new Set<string>();

  constructor(directory: string, onDamaged: (what: string) => void = () => undefined) {
    this.#directory = directory;
    this.#onDamaged = onDamaged;
    mkdirSync(join(directory, INCOMING), { recursive: true, mode: 0o700 });
    syncDirectory(directory);
    this.#uploads = new KeptUploads(join(directory, INCOMING));
  }

  async put(
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    sender?: UploadSender,
  ): Promise<'stored' | 'present'> {
    if ((await this.confirm(object)) === size) return 'present';
    const path = this.#path(object);
    const incoming = this.#uploads.begin(object, sender);
    const progress: Progress = { written: 0, hash: createHash('sha256') };
    let kept = 0;
    try {
      await this.#receive(incoming, object, size, bytes, progress);
      await this.#makeFolder(dirname(path));
      await this.#moveAside(object, path, size);
      const outcome = await linkOnce(incoming.path, path);
      await unlink(incoming.path);
      syncDirectory(dirname(path));
      return outcome;
    } catch (error) {
      this.#folders.delete(dirname(path)); // whatever is wrong there, it is made anew
      const told = asStoreError(error, `object ${object} was not stored`);
      // The sender broke off: what came of it was written in order.
      if (!(told instanceof ObjectStoreError)) kept = progress.written;
      else if (told.code === 'storage-full') this.#uploads.makeRoom();
      throw told;
    } finally {
      await incoming.end(kept, kept > 0 ? progress.hash.digest('hex') : undefined);
    }
  }

  kept(object: string, by: string): Promise<number> {
    const key = `${by} ${object}`;
    const looking = this.#looking.get(key) ?? this.#look(object, by).finally(() => this.#looking.delete(key));
    this.#looking.set(key, looking);
    return looking;
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
    return createReadStream(path, { start: from, end: to - 1, highWaterMark: READ_BYTES });
  }

  async sweep(): Promise<number> {
    const directory = join(this.#directory, INCOMING);
    const left = (await readdir(directory)).filter((file) => !this.#uploads.has(file));
    for (const file of left) await unlink(join(directory, file));
    return left.length;
  }

  async #look(object: string, by: string): Promise<number> {
    this.#path(object);
    const found = await this.#uploads.look(object, by);
    if (found === undefined) return 0;
    const { kept, path } = found;
    if (kept.digest === undefined || (await isStill(path, kept.bytes, kept.digest))) return kept.bytes;
    this.#uploads.drop(object, by, kept);
    return 0;
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
    { path, from }: Incoming,
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    progress: Progress,
  ): Promise<void> {
    const fresh = from > 0 ? 0 : constants.O_CREAT | constants.O_EXCL;
    const file = await open(path, constants.O_RDWR | fresh, 0o600);
    try {
      if (from > 0) {
        await file.truncate(from);
        await hashAgain(file, from, progress.hash);
      }
      progress.written = from;
      await writeThrough(file, size, bytes, progress);
      const digest = progress.hash.digest('hex');
      if (digest !== object)
        throw new ObjectStoreError('digest-mismatch', `the bytes sent as ${object} hash to ${digest}`);
      await file.chmod(0o400);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    const parent = dirname(path);
    await mkdir(path, { recursive: true, mode: 0o700 });
    // Made now, or by another upload that has not synced it yet: in either case the file needs its way down to last.
    syncDirectory(parent);
    syncDirectory(this.#directory);
    this.#folders.add(path);
  }
}

/** Bytes written, and their hash. */
interface Progress {
  written: number;
  readonly hash: Hash;
}

async function isStill(path: string, length: number, digest: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const hash = createHash('sha256');
      await hashAgain(file, length, hash);
      return hash.digest('hex') === digest;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

/** What lies on the disk is not believed: it goes into the hash like what is sent. */
async function hashAgain(file: FileHandle, length: number, hash: Hash): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, length));
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - at), at);
    if (bytesRead === 0) throw new ObjectStoreError('wrong-offset', `only ${at} bytes are kept`);
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** Writes and hashes exactly up to `size` bytes. A piece is not looked at any more once the next is asked for. */
async function writeThrough(
  file: FileHandle,
  size: number,
  bytes: AsyncIterable<Uint8Array>,
  progress: Progress,
): Promise<void> {
  for await (const piece of bytes) {
    if (progress.written + piece.length > size)
      throw new ObjectStoreError('size-differs', `more than the ${size} bytes announced`);
    progress.hash.update(piece);
    for (let written = 0; written < piece.length;) {
      const at = progress.written;
      const { bytesWritten } = await file.write(piece, written, piece.length - written, at);
      written += bytesWritten;
      progress.written += bytesWritten;
    }
  }
  if (progress.written < size)
    throw new ObjectStoreError('size-differs', `${progress.written} of the ${size} bytes announced came`);
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
