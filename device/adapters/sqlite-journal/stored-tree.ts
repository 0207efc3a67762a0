import { concat, equalBytes, Frontier, HASH_BYTES } from '@mingjing/protocol';
import type { Database } from '@mingjing/runtime';
import { DeviceError } from '../../core/errors.ts';

/**
 * The tree as it lies on disk: the root after each entry, and every so many entries an anchor, the whole frontier at
 * that size. An anchor lets work begin there: nothing below it has to be hashed again, or even kept.
 * Whatever does not fit is refused: `code` 'journal-inconsistent'.
 */
export class StoredTree {
  readonly #database: Database;
  readonly #path: string;
  readonly #anchorEvery: number;
  /** Anchors behind which all was held against the tree, once. */
  readonly #checked = new Set<number>();

  constructor(database: Database, path: string, anchorEvery: number) {
    this.#database = database;
    this.#path = path;
    this.#anchorEvery = anchorEvery;
  }

  /** To be called in the transaction that appends the entry which makes this frontier. */
  keep(frontier: Frontier): void {
    if (frontier.size % this.#anchorEvery !== 0) return;
    this.#database
      .prepare('INSERT INTO anchors (size, frontier) VALUES (?, ?)')
      .run(frontier.size, concat(frontier.subtrees));
  }

  /** Index of the oldest entry that is still kept. */
  first(): number {
    const row = this.#database.prepare('SELECT min(position) AS first FROM entries').get() as {
      first: number | null;
    };
    return row.first ?? 0;
  }

  /** The latest size of an anchor at or below `size`; 0 is always one. */
  anchorBelow(size: number): number {
    const row = this.#database.prepare('SELECT max(size) AS size FROM anchors WHERE size <= ?').get(size) as {
      size: number | null;
    };
    return row.size ?? 0;
  }

  /** Hashes the entries from the anchor at `from` up to but not including `to`, and holds each root against the one stored with it. */
  rebuild(from: number, to = Number.MAX_SAFE_INTEGER): Frontier {
    const frontier = this.#anchor(from);
    const rows = this.#database
      .prepare(
        'SELECT position, bytes, root FROM entries WHERE position >= ? AND position < ? ORDER BY position',
      )
      .iterate(from, to) as IterableIterator<{ position: number; bytes: Buffer; root: Buffer }>;
    for (const { position, bytes, root } of rows) {
      if (position !== frontier.size) throw this.inconsistent(`entry ${frontier.size} is missing`);
      frontier.append(bytes);
      if (root.length !== HASH_BYTES || !equalBytes(frontier.root(), root))
        throw this.inconsistent(`entry ${position} does not fit the root stored with it`);
    }
    return frontier;
  }

  /** Holds the entry against the tree, and with it its neighbours from one anchor to the next. */
  check(index: number): void {
    const from = this.anchorBelow(index);
    if (this.#checked.has(from)) return;
    const row = this.#database.prepare('SELECT min(size) AS size FROM anchors WHERE size > ?').get(index) as {
      size: number | null;
    };
    this.rebuild(from, row.size ?? undefined);
    this.#checked.add(from);
  }

  /** Lets go of entries and anchors below `size`, which is that of an anchor. */
  dropBelow(size: number): void {
    this.#database.prepare('DELETE FROM entries WHERE position < ?').run(size);
    this.#database.prepare('DELETE FROM anchors WHERE size < ?').run(size);
    this.#database.prepare("DELETE FROM objects WHERE state = 'gone' AND entry < ?").run(size);
  }

  inconsistent(why: string): DeviceError {
    return new DeviceError('journal-inconsistent', `${this.#path}: ${why}`);
  }

  #anchor(size: number): Frontier {
    if (size === 0) return new Frontier();
    const row = this.#database.prepare('SELECT frontier FROM anchors WHERE size = ?').get(size) as
      { frontier: Buffer } | undefined;
    try {
      const bytes = row?.frontier ?? Buffer.alloc(0);
      const hashes = Array.from({ length: Math.ceil(bytes.length / HASH_BYTES) }, (_, n) =>
        bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
      );
      return new Frontier(size, hashes);
    } catch (cause) {
      throw new DeviceError('journal-inconsistent', `${this.#path}: the anchor at ${size} is no frontier`, {
        cause,
      });
    }
  }
}
