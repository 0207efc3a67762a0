import { Compile } from 'typebox/compile';
import { JournalPage, MAX_MISSING, type IngestState, type JournalName } from '@mingjing/protocol';
import { openOrBegin, type Database } from '@mingjing/runtime';
import { OutboxError, type PageFacts } from '../../core/outbox-rules.ts';
import type { WaitingJournal } from '../../ports/outbox-store.ts';

const MIGRATIONS = [
  `CREATE TABLE journals (
     id INTEGER PRIMARY KEY,
     device TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     docked INTEGER NOT NULL,
     held INTEGER NOT NULL,
     covered INTEGER NOT NULL,
     subtrees BLOB,
     receipt TEXT,
     UNIQUE (device, epoch)
   ) STRICT;
   CREATE TABLE pages (
     journal INTEGER NOT NULL REFERENCES journals (id),
     start INTEGER NOT NULL,
     "end" INTEGER NOT NULL,
     page TEXT NOT NULL,
     PRIMARY KEY (journal, "end")
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE objects (
     journal INTEGER NOT NULL REFERENCES journals (id),
     object TEXT NOT NULL,
     size INTEGER NOT NULL,
     entry INTEGER NOT NULL,
     recording TEXT NOT NULL,
     key INTEGER NOT NULL,
     PRIMARY KEY (journal, object)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX objects_object ON objects (object);
   CREATE TABLE marks (
     journal INTEGER NOT NULL REFERENCES journals (id),
     recording TEXT NOT NULL,
     PRIMARY KEY (journal, recording)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE files (
     object TEXT PRIMARY KEY,
     size INTEGER NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('held', 'found', 'going'))
   ) STRICT, WITHOUT ROWID;`,
];

/** `held`: hashed when it came. `found`: nobody knows why it is there. `going`: covered by a receipt. */
export type FileState = 'held' | 'found' | 'going';

export interface JournalRow extends WaitingJournal {
  readonly id: number;
  /** The tree at `held`; undefined: its beginning was never seen here. */
  readonly subtrees: readonly Uint8Array[] | undefined;
  readonly receipt: string | undefined;
}

interface RawJournal {
  id: number;
  device: string;
  epoch: number;
  docked: number;
  held: number;
  covered: number;
  subtrees: Buffer | null;
  receipt: string | null;
}

const HASH_BYTES = 32;
const pageShape = Compile(JournalPage);

/** What the outbox knows of what it holds. A damaged index is put aside: its objects are taken again. */
export class OutboxIndex {
  readonly #database: Database;

  constructor(path: string, putAside: (why: unknown) => void) {
    this.#database = openOrBegin(path, MIGRATIONS, putAside);
  }

  transaction<T>(work: () => T): T {
    return this.#database.transaction(work)();
  }

  journal({ device, epoch }: JournalName): JournalRow | undefined {
    const found = this.#one('SELECT * FROM journals WHERE device = ? AND epoch = ?', device, epoch);
    const row = found as RawJournal | undefined;
    return row === undefined ? undefined : journalOf(row);
  }

  waiting(): JournalRow[] {
    return this.#all<RawJournal>(
      'SELECT * FROM journals WHERE EXISTS (SELECT 1 FROM pages WHERE journal = id) ORDER BY docked, id',
    ).map(journalOf);
  }

  waits(journal: number): boolean {
    return this.#one('SELECT 1 FROM pages WHERE journal = ? LIMIT 1', journal) !== undefined;
  }

  putJournal(name: JournalName, row: Omit<JournalRow, 'id' | 'name'>): number {
    const { docked, held, covered, subtrees, receipt } = row;
    const tree = subtrees === undefined ? null : Buffer.concat(subtrees);
    this.#run(
      `INSERT INTO journals (device, epoch, docked, held, covered, subtrees, receipt) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (device, epoch) DO UPDATE SET docked = excluded.docked, held = excluded.held,
         covered = excluded.covered, subtrees = excluded.subtrees, receipt = excluded.receipt`,
      ...[name.device, name.epoch, docked, held, covered, tree, receipt ?? null],
    );
    return this.journal(name)?.id ?? 0;
  }

  /** `code` 'altered': it is no page any more. */
  pageBeyond(journal: number, size: number): JournalPage | undefined {
    const row = this.#one(
      'SELECT start, page FROM pages WHERE journal = ? AND "end" > ? ORDER BY "end" LIMIT 1',
      ...[journal, size],
    ) as { start: number; page: string } | undefined;
    if (row === undefined) return undefined;
    const page = parsed(row.page);
    if (page?.from !== row.start) throw new OutboxError('altered', `a page from ${row.start} is damaged`);
    return page;
  }

  putPage(journal: number, page: JournalPage): void {
    this.#run(
      'INSERT INTO pages (journal, start, "end", page) VALUES (?, ?, ?, ?)',
      ...[journal, page.from, page.from + page.entries.length, JSON.stringify(page)],
    );
  }

  /** Pages that end behind `size`. */
  dropPagesBeyond(journal: number, size: number): void {
    this.#run('DELETE FROM pages WHERE journal = ? AND "end" > ?', journal, size);
  }

  takeFacts(journal: number, { named, marked, gone }: PageFacts): void {
    for (const { object, size, entry, recording, key } of named)
      this.#run(
        'INSERT OR IGNORE INTO objects (journal, object, size, entry, recording, key) VALUES (?, ?, ?, ?, ?, ?)',
        ...[journal, object, size, entry, recording, key ? 1 : 0],
      );
    for (const recording of marked)
      this.#run('INSERT OR IGNORE INTO marks (journal, recording) VALUES (?, ?)', journal, recording);
    for (const object of gone)
      this.#run(
        `DELETE FROM objects WHERE journal = ? AND object = ?
           AND object NOT IN (SELECT object FROM files WHERE state = 'held')`,
        ...[journal, object],
      );
  }

  missing(journal: number): IngestState['missing'] {
    return this.#all<{ object: string; size: number }>(
      `SELECT o.object, o.size FROM objects o
         LEFT JOIN files f ON f.object = o.object AND f.size = o.size AND f.state = 'held'
         LEFT JOIN marks m ON m.journal = o.journal AND m.recording = o.recording
       WHERE o.journal = ? AND f.object IS NULL
       ORDER BY o.key = 0 AND m.recording IS NULL, o.entry LIMIT ${MAX_MISSING}`,
      journal,
    );
  }

  isNamed(object: string, size: number): boolean {
    return this.#one('SELECT 1 FROM objects WHERE object = ? AND size = ?', object, size) !== undefined;
  }

  /** What a receipt over `size` entries lets go: pages, names, and the files nobody else names. */
  letGo(journal: number, size: number): void {
    this.#run('DELETE FROM pages WHERE journal = ? AND "end" <= ?', journal, size);
    this.#run(
      `UPDATE files SET state = 'going' WHERE object IN
         (SELECT object FROM objects WHERE journal = ? AND entry < ?)
       AND object NOT IN (SELECT object FROM objects WHERE NOT (journal = ? AND entry < ?))`,
      ...[journal, size, journal, size],
    );
    this.#run('DELETE FROM objects WHERE journal = ? AND entry < ?', journal, size);
    this.#run(
      `DELETE FROM marks WHERE journal = ?
         AND recording NOT IN (SELECT recording FROM objects WHERE journal = ?)
         AND NOT EXISTS (SELECT 1 FROM pages WHERE journal = ?)`,
      ...[journal, journal, journal],
    );
  }

  file(object: string): { size: number; state: FileState } | undefined {
    return this.#one('SELECT size, state FROM files WHERE object = ?', object) as
      { size: number; state: FileState } | undefined;
  }

  files(): { object: string; size: number; state: FileState }[] {
    return this.#all('SELECT object, size, state FROM files');
  }

  putFile(object: string, size: number, state: FileState): void {
    this.#run('INSERT OR REPLACE INTO files (object, size, state) VALUES (?, ?, ?)', object, size, state);
  }

  dropFile(object: string): void {
    this.#run('DELETE FROM files WHERE object = ?', object);
  }

  used(): { bytes: number; files: number } {
    const files = 'SELECT coalesce(sum(size), 0) AS bytes, count(*) AS files FROM files';
    const pages = 'SELECT coalesce(sum(length(page)), 0) AS bytes FROM pages';
    const objects = this.#one(files) as { bytes: number; files: number };
    return { bytes: objects.bytes + (this.#one(pages) as { bytes: number }).bytes, files: objects.files };
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...values: readonly (string | number | Buffer | null)[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #one(sql: string, ...values: readonly (string | number)[]): unknown {
    return this.#database.prepare(sql).get(...values);
  }

  #all<T>(sql: string, ...values: readonly (string | number)[]): T[] {
    return this.#database.prepare(sql).all(...values) as T[];
  }
}

function journalOf({ device, epoch, subtrees, receipt, ...row }: RawJournal): JournalRow {
  return {
    ...row,
    name: { device, epoch },
    subtrees: subtrees === null ? undefined : hashes(subtrees),
    receipt: receipt ?? undefined,
  };
}

function hashes(bytes: Buffer): Uint8Array[] {
  const count = Math.floor(bytes.length / HASH_BYTES);
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES));
}

function parsed(text: string): JournalPage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return pageShape.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
