import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectStoreError } from '../../core/errors.ts';
import type { UploadSender } from '../../ports/object-store.ts';

/** Less is sooner sent again than asked for. */
const LEAST_BYTES = 64 * 1024;
/** Who breaks off again and again fills no disk. The oldest goes first. */
const MOST = { bySender: 32, bytesBySender: 2 * 1024 ** 3, all: 512, bytesOfAll: 16 * 1024 ** 3 };
const AGE_MS = 3 * 24 * 3600 * 1000;
const NAME = /^([0-9a-f]{64})\.([a-z0-9-]{1,100})\.part$/;
const SENDER = /^[a-z0-9-]{1,100}$/;

export interface Kept {
  readonly by: string;
  readonly bytes: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
  /** SHA-256 of these bytes as they came; undefined: another process took them. */
  readonly digest?: string | undefined;
}

/** An upload under way. */
export interface Incoming {
  readonly path: string;
  /** Bytes that are there already. */
  readonly from: number;
  /** MUST be called once it is over. `kept`: so many bytes are worth keeping, and this is their SHA-256. */
  end(kept: number, digest?: string): Promise<void>;
}

/**
 * What came of uploads that broke off: a file for each object and sender in `incoming/`, so that no sender can spoil what
 * another has sent. It is no object, is listed nowhere, and MUST be hashed again by who goes on with it.
 */
export class KeptUploads {
  readonly #directory: string;
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, { readonly cut: () => void; readonly over: Promise<void> }>();

  constructor(directory: string) {
    this.#directory = directory;
    for (const file of readdirSync(directory)) {
      const by = NAME.exec(file)?.[2];
      const found = by === undefined ? undefined : statSync(join(directory, file), { throwIfNoEntry: false });
      if (by !== undefined && found?.isFile() === true)
        this.#kept.set(file, { by, bytes: found.size, at: found.mtimeMs });
    }
    this.#limit();
  }

  /** Files that are to stay. */
  has(file: string): boolean {
    return this.#kept.has(file) || this.#underWay.has(file);
  }

  /** Ends an upload of theirs that is still under way: who asks has lost it. */
  async look(
    object: string,
    by: string,
  ): Promise<{ readonly kept: Kept; readonly path: string } | undefined> {
    const file = nameOf(object, by);
    const running = this.#underWay.get(file);
    running?.cut();
    await running?.over;
    this.#limit();
    const kept = this.#kept.get(file);
    return kept === undefined ? undefined : { kept, path: join(this.#directory, file) };
  }

  /** Not if another upload has taken the place of what was looked at: it is writing there. */
  drop(object: string, by: string, looked: Kept): void {
    const file = nameOf(object, by);
    if (this.#kept.get(file) !== looked) return;
    this.#kept.delete(file);
    rmSync(join(this.#directory, file), { force: true });
  }

  /** The disk is full: whole objects go before what may become one. */
  makeRoom(): void {
    for (const file of this.#kept.keys()) rmSync(join(this.#directory, file), { force: true });
    this.#kept.clear();
  }

  /** `code` 'wrong-offset': so much is not kept. */
  begin(object: string, sender: UploadSender | undefined): Incoming {
    const from = sender?.from ?? 0;
    const file = sender === undefined ? '' : nameOf(object, sender.by);
    if (sender === undefined || this.#underWay.has(file)) {
      if (from > 0) throw new ObjectStoreError('wrong-offset', 'this upload is under way');
      const path = join(this.#directory, `${object}.${randomUUID()}`);
      return { path, from: 0, end: () => unlink(path).catch(() => undefined) };
    }
    const path = join(this.#directory, file);
    const held = this.#kept.get(file)?.bytes ?? 0;
    if (from > held) throw new ObjectStoreError('wrong-offset', `${held} bytes are kept, not ${from}`);
    this.#kept.delete(file);
    if (from === 0) rmSync(path, { force: true });
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    this.#underWay.set(file, { cut: sender.cut, over });
    const end = async (kept: number, digest?: string): Promise<void> => {
      if (kept >= LEAST_BYTES) this.#kept.set(file, { by: sender.by, bytes: kept, at: Date.now(), digest });
      else await unlink(path).catch(() => undefined);
      this.#underWay.delete(file);
      this.#limit();
      resolve(undefined);
    };
    return { path, from, end };
  }

  #limit(): void {
    const left = new Map<string, { count: number; bytes: number }>();
    const all = { count: 0, bytes: 0 };
    const latestFirst = [...this.#kept].toSorted(([, a], [, b]) => b.at - a.at);
    for (const [file, { by, bytes, at }] of latestFirst) {
      const own = left.get(by) ?? { count: 0, bytes: 0 };
      left.set(by, own);
      const fits =
        Date.now() - at < AGE_MS &&
        own.count < MOST.bySender &&
        own.bytes + bytes <= MOST.bytesBySender &&
        all.count < MOST.all &&
        all.bytes + bytes <= MOST.bytesOfAll;
      if (fits) {
        for (const sum of [own, all]) {
          sum.count += 1;
          sum.bytes += bytes;
        }
      } else {
        this.#kept.delete(file);
        rmSync(join(this.#directory, file), { force: true });
      }
    }
  }
}

function nameOf(object: string, by: string): string {
  if (!SENDER.test(by)) throw new ObjectStoreError('storage-failed', 'not the name of a sender');
  return `${object}.${by}.part`;
}
