import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '@mingjing/runtime';
import { OutboxError } from '../../core/outbox-rules.ts';

/** Every write goes through this, so that a test can let each of them fail, before or after it was done. */
export type Attempt = <T>(what: OutboxWrite, act: () => T) => T;
export type OutboxWrite =
  'create' | 'write' | 'datasync' | 'rename' | 'sync-directory' | 'commit' | 'remove' | 'put-aside';

const NAME = /^[0-9a-f]{64}$/;
const READ_BYTES = 1024 * 1024;

/**
 * Sealed objects as files: `objects/ab/abcd…`, written in `incoming/`, hashed on the way, made durable, then renamed.
 * What turned out to be damaged is kept in `damaged/` for who wants to know why; the latest of a name.
 */
export class ObjectFiles {
  readonly #directory: string;
  readonly #attempt: Attempt;

  constructor(directory: string, attempt: Attempt) {
    this.#directory = directory;
    this.#attempt = attempt;
    for (const room of ['incoming', 'objects', 'damaged'])
      mkdirSync(join(directory, room), { recursive: true, mode: 0o700 });
    for (const left of readdirSync(join(directory, 'incoming')))
      rmSync(join(directory, 'incoming', left), { force: true });
    syncDirectory(directory);
  }

  /** Durable, and not yet under its name. Rejects with what `bytes` rejected with, or with OutboxError. */
  async receive(object: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const path = join(this.#directory, 'incoming', `${object}.${randomUUID()}`);
    const file = await storing(() => this.#attempt('create', () => open(path, 'wx', 0o600)));
    try {
      const hash = createHash('sha256');
      let length = 0;
      for await (const piece of bytes) {
        length += piece.length;
        if (length > size) break;
        hash.update(piece);
        await storing(() => this.#attempt('write', () => file.writeFile(piece)));
      }
      if (length !== size || hash.digest('hex') !== object)
        throw new OutboxError('altered', `what was sent as ${object} is not it`);
      await storing(() => this.#attempt('datasync', () => file.datasync()));
      return path;
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** In one turn, so that nobody removes what was just put in place. */
  place(incoming: string, object: string): void {
    const folder = join(this.#directory, 'objects', object.slice(0, 2));
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#attempt('rename', () => renameSync(incoming, this.path(object)));
    } catch (error) {
      rmSync(incoming, { force: true });
      throw error;
    }
    this.#attempt('sync-directory', () => {
      syncDirectory(folder);
      syncDirectory(join(this.#directory, 'objects'));
    });
  }

  drop(incoming: string): void {
    rmSync(incoming, { force: true });
  }

  /** Opened when it is first asked for bytes. */
  async *read(object: string): AsyncGenerator<Uint8Array> {
    yield* createReadStream(this.path(object), { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
  }

  remove(object: string): void {
    this.#attempt('remove', () => rmSync(this.path(object), { force: true }));
    syncDirectory(join(this.#directory, 'objects'));
  }

  putAside(object: string): void {
    this.#attempt('put-aside', () => renameSync(this.path(object), join(this.#directory, 'damaged', object)));
  }

  /** Name and bytes of every file that is in place. */
  *all(): Generator<{ object: string; size: number }> {
    const objects = join(this.#directory, 'objects');
    for (const folder of readdirSync(objects, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      for (const object of readdirSync(join(objects, folder.name))) {
        if (!NAME.test(object) || !object.startsWith(folder.name)) continue;
        const found = statSync(this.path(object), { throwIfNoEntry: false });
        if (found?.isFile() === true) yield { object, size: found.size };
      }
    }
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.#directory);
    return bavail * bsize;
  }

  path(object: string): string {
    if (!NAME.test(object)) throw new OutboxError('not-named', 'not the name of an object');
    return join(this.#directory, 'objects', object.slice(0, 2), object);
  }
}

/** Errors of the disk in the outbox's own terms. */
export async function storing<T>(act: () => Promise<T> | T): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw asOutboxError(error);
  }
}

export function asOutboxError(cause: unknown): OutboxError {
  if (cause instanceof OutboxError) return cause;
  const { code } = cause as { code?: unknown };
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL';
  const message = cause instanceof Error ? cause.message : String(cause);
  return new OutboxError(full ? 'full' : 'storage-failed', `the outbox: ${message}`, { cause });
}
