import type { Frontier } from '@mingjing/protocol';
import {
  cameraOrigin,
  decodeEntry,
  emptyRoot,
  encodeEntry,
  equalBytes,
  concat,
  noteSigner,
  signCheckpoint,
  type ClockState,
  type Entry,
  type EntryBody,
  type JournalName,
  type NoteSigner,
  type Signer,
} from '@mingjing/protocol';
import { openDatabase, type Database } from '@mingjing/runtime';
import { DeviceError } from '../../core/errors.ts';
import { indexChanges } from '../../core/journal-index.ts';
import { names, releases } from '../../core/object-proof.ts';
import { JOURNAL_MIGRATIONS } from '../../core/journal-schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  BegunSegment,
  Journal,
  ObjectRecord,
  OpenRecordingRecord,
  OpenSegmentRecord,
} from '../../ports/journal.ts';
import { guarded } from './guarded.ts';
import { applyChange, endSegment, OBJECT_COLUMNS } from './index-tables.ts';
import { StoredTree } from './stored-tree.ts';

export interface JournalSizes {
  /** So many entries a start hashes at most, and a look-up of an old root. */
  readonly anchorEvery: number;
  /** What an archive holds is kept for so many entries more: to be shown to one that was put back. */
  readonly kept: number;
}
const SIZES: JournalSizes = { anchorEvery: 4_096, kept: 65_536 };

/**
 * The journal in one SQLite database. One process at a time: the file is locked for as long as it is open.
 * At opening the entries since the last anchor are hashed anew and held against stored roots and
 * frontier; whatever lies below is hashed when its root is asked for.
 * `code`: 'journal-inconsistent', 'journal-of-another', 'storage-full', 'storage-failed'.
 */
export class SqliteJournal implements Journal {
  readonly name: JournalName;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #signer: NoteSigner;
  readonly #origin: string;
  readonly #tree: StoredTree;
  readonly #kept: number;
  /** Roots at this size and above were held against their entries. */
  readonly #sureFrom: number;
  #frontier: Frontier;
  #last: Entry | undefined;

  constructor(path: string, name: JournalName, signer: Signer, clock: Clock, sizes = SIZES) {
    this.name = name;
    this.#clock = clock;
    this.#kept = sizes.kept;
    this.#origin = cameraOrigin(name);
    this.#signer = noteSigner(this.#origin, signer);
    this.#database = guarded(`${path} cannot be opened`, () => openDatabase(path, JOURNAL_MIGRATIONS));
    try {
      guarded(`${path} is in use by another process`, () => this.#lock());
      this.#tree = new StoredTree(this.#database, path, sizes.anchorEvery);
      this.#requireOurs(path);
      const { size } = this.#stored();
      this.#sureFrom = this.#tree.anchorBelow(size);
      this.#frontier = this.#rebuild(this.#sureFrom);
      this.#last = this.#entryAt(size - 1);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get size(): number {
    return this.#frontier.size;
  }

  get first(): number {
    return this.#tree.first();
  }

  get last(): Entry | undefined {
    return this.#last;
  }

  append(body: EntryBody, file?: string): number {
    const { type, ...fields } = body;
    const { at, mono } = this.#clock.now();
    const entry = { type, at, boot: this.#clock.boot, mono, ...fields } as Entry;
    const bytes = encodeEntry(entry);
    const index = this.size;
    const next = this.#frontier.clone();
    next.append(bytes);
    this.#write(`append ${type}`, () => {
      this.#run('INSERT INTO entries (position, bytes, root) VALUES (?, ?, ?)', index, bytes, next.root());
      this.#run('UPDATE journal SET size = ?, frontier = ?', next.size, concat(next.subtrees));
      this.#tree.keep(next);
      for (const change of indexChanges(entry)) applyChange(this.#database, change, index, file);
    });
    this.#frontier = next;
    this.#last = entry;
    return index;
  }

  beginSegment({ recording, index, file, start, clock }: OpenSegmentRecord): void {
    this.#write(`begin segment ${index}`, () =>
      this.#run(
        'INSERT INTO open_segments (recording, segment, file, start, clock) VALUES (?, ?, ?, ?, ?)',
        recording,
        index,
        file,
        start,
        JSON.stringify(clock),
      ),
    );
  }

  acknowledgeSegment(recording: string, index: number): void {
    this.#write(`acknowledge segment ${index}`, () =>
      this.#run(
        'UPDATE open_segments SET acknowledged = 1 WHERE recording = ? AND segment = ?',
        recording,
        index,
      ),
    );
  }

  forgetSegment(recording: string, index: number): void {
    this.#write(`forget segment ${index}`, () => endSegment(this.#database, recording, index));
  }

  entries(from: number, limit: number): Uint8Array[] {
    if (from < this.first) throw this.#dropped(from);
    const rows = this.#all<{ bytes: Buffer }>(
      'SELECT bytes FROM entries WHERE position >= ? ORDER BY position LIMIT ?',
      from,
      limit,
    );
    return rows.map(({ bytes }) => new Uint8Array(bytes));
  }

  rootAt(size: number): Uint8Array {
    if (size === 0) return emptyRoot();
    const [row] = this.#all<{ root: Buffer }>('SELECT root FROM entries WHERE position = ?', size - 1);
    if (row === undefined) throw this.#dropped(size - 1);
    if (size < this.#sureFrom) this.#tree.rebuild(this.#tree.anchorBelow(size), size);
    return new Uint8Array(row.root);
  }

  checkpointAt(size: number): string {
    return signCheckpoint({ origin: this.#origin, size, root: this.rootAt(size) }, this.#signer);
  }

  openRecordings(): OpenRecordingRecord[] {
    return this.#all<OpenRecordingRecord>(
      'SELECT recording, segments, marks, start FROM recordings WHERE closed = 0',
    );
  }

  isRecording(recording: string): boolean {
    return this.#all('SELECT 1 FROM recordings WHERE recording = ?', recording).length > 0;
  }

  markOf(recording: string): 'key' | 'mark' | undefined {
    const [row] = this.#all<{ marks: number; key: number }>(
      'SELECT marks, key_marked AS key FROM recordings WHERE recording = ?',
      recording,
    );
    if (row === undefined || row.marks === 0) return undefined;
    return row.key === 1 ? 'key' : 'mark';
  }

  openSegments(): BegunSegment[] {
    return this.#all<Omit<OpenSegmentRecord, 'clock'> & { clock: string; acknowledged: number }>(
      `SELECT recording, segment AS "index", file, start, clock, acknowledged FROM open_segments
       ORDER BY recording, segment`,
    ).map((row) => ({
      ...row,
      clock: JSON.parse(row.clock) as ClockState,
      acknowledged: row.acknowledged === 1,
    }));
  }

  object(object: string): ObjectRecord | undefined {
    return this.#all<ObjectRecord>(
      `SELECT ${OBJECT_COLUMNS} FROM objects WHERE object = ? AND state = 'held'`,
      object,
    )[0];
  }

  bearsOut(record: ObjectRecord): boolean {
    return names(this.#checkedEntry(record.entry), record);
  }

  held(): ObjectRecord[] {
    return this.#all<ObjectRecord>(
      `SELECT ${OBJECT_COLUMNS} FROM objects WHERE state = 'held' ORDER BY entry`,
    );
  }

  heldSummary(): { objects: number; bytes: number } {
    const [row] = this.#all<{ objects: number; bytes: number | null }>(
      "SELECT count(*) AS objects, sum(size) AS bytes FROM objects WHERE state = 'held'",
    );
    return { objects: row?.objects ?? 0, bytes: row?.bytes ?? 0 };
  }

  withdrawUnproven(): string[] {
    const unproven = this.#all<ObjectRecord & { released: number | null }>(
      `SELECT ${OBJECT_COLUMNS}, released FROM objects WHERE state = 'released'`,
    ).filter(
      ({ released, ...record }) =>
        !releases(this.#checkedEntry(released ?? -1), record.object) || !this.bearsOut(record),
    );
    const objects = unproven.map(({ object }) => object);
    if (objects.length > 0)
      this.#write('hold what nothing released', () => {
        const update = this.#database.prepare("UPDATE objects SET state = 'held' WHERE object = ?");
        for (const object of objects) update.run(object);
      });
    return objects;
  }

  releasedFiles(): string[] {
    return this.#filesIn('released');
  }

  lostFiles(): string[] {
    return this.#filesIn('lost');
  }

  forgetFiles(files: readonly string[]): void {
    this.#write('forget files', () => {
      const update = this.#database.prepare(
        "UPDATE objects SET state = 'gone' WHERE file = ? AND state = 'released'",
      );
      for (const file of files) update.run(file);
    });
  }

  settle(size: number): void {
    const [row] = this.#all<{ oldest: number | null }>(
      "SELECT min(entry) AS oldest FROM objects WHERE state IN ('held', 'released')",
    );
    const proving = row?.oldest ?? this.size;
    const below = this.#tree.anchorBelow(
      Math.max(0, Math.min(size - this.#kept, this.size - this.#kept, proving)),
    );
    if (below <= this.first) return;
    this.#write(`drop entries below ${below}`, () => this.#tree.dropBelow(below));
  }

  audit(): number {
    const { first } = this;
    this.#rebuild(first);
    return this.size - first;
  }

  close(): void {
    this.#database.close();
  }

  /** Undefined, too, if it does not fit the tree. */
  #checkedEntry(index: number): Entry | undefined {
    if (index < this.first || index >= this.size) return undefined;
    try {
      if (index < this.#sureFrom) this.#tree.check(index);
      return this.#entryAt(index);
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'journal-inconsistent') return undefined;
      throw error;
    }
  }

  #filesIn(state: 'released' | 'lost'): string[] {
    return this.#all<{ file: string }>('SELECT file FROM objects WHERE state = ?', state).map(
      ({ file }) => file,
    );
  }

  #lock(): void {
    this.#database.pragma('locking_mode = EXCLUSIVE');
    this.#database.exec('BEGIN IMMEDIATE; COMMIT');
  }

  #requireOurs(path: string): void {
    const [row] = this.#all<{ origin: string }>('SELECT origin FROM journal');
    if (row === undefined) {
      const empty = Buffer.alloc(0);
      this.#run('INSERT INTO journal (one, origin, size, frontier) VALUES (1, ?, 0, ?)', this.#origin, empty);
    } else if (row.origin !== this.#origin) {
      throw new DeviceError(
        'journal-of-another',
        `${path} is the journal of ${row.origin}, not of ${this.#origin}`,
      );
    }
  }

  #stored(): { size: number; frontier: Uint8Array } {
    const [row] = this.#all<{ size: number; frontier: Buffer }>('SELECT size, frontier FROM journal');
    return row ?? { size: 0, frontier: Buffer.alloc(0) };
  }

  #rebuild(from: number): Frontier {
    const { size, frontier } = this.#stored();
    const rebuilt = this.#tree.rebuild(from);
    if (rebuilt.size !== size || !equalBytes(concat(rebuilt.subtrees), frontier)) {
      throw this.#tree.inconsistent(
        `the frontier of ${size} entries does not fit the ${rebuilt.size} there are`,
      );
    }
    return rebuilt;
  }

  #dropped(index: number): RangeError {
    return new RangeError(`the journal keeps entries ${this.first} up to ${this.size}, not ${index}`);
  }

  #entryAt(index: number): Entry | undefined {
    const [bytes] = index < 0 ? [] : this.entries(index, 1);
    const read = bytes === undefined ? undefined : decodeEntry(bytes);
    return read?.known === true ? read.entry : undefined;
  }

  #write(what: string, change: () => void): void {
    guarded(`the journal cannot ${what}`, () => this.#database.transaction(change).immediate());
  }

  #run(sql: string, ...values: (string | number | Uint8Array)[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #all<Row>(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }
}
