import {
  cameraOrigin,
  decodeEntry,
  emptyRoot,
  encodeEntry,
  equalBytes,
  Frontier,
  HASH_BYTES,
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
import { DeviceError } from '../core/errors.ts';
import { indexChanges, type IndexChange } from '../core/journal-index.ts';
import { JOURNAL_MIGRATIONS } from '../core/journal-schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, ObjectRecord, OpenRecordingRecord, OpenSegmentRecord } from '../ports/journal.ts';

const OBJECT_COLUMNS = 'object, file, size, recording, kind, entry';

/**
 * The journal in one SQLite database. One process at a time: the file is locked for as long as it is open.
 * At opening every entry is hashed anew and held against the stored roots and frontier.
 * `code`: 'journal-inconsistent', 'journal-of-another', 'storage-full', 'storage-failed'.
 */
export class SqliteJournal implements Journal {
  readonly name: JournalName;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #signer: NoteSigner;
  readonly #origin: string;
  #frontier: Frontier;
  #last: Entry | undefined;

  constructor(path: string, name: JournalName, signer: Signer, clock: Clock) {
    this.name = name;
    this.#clock = clock;
    this.#origin = cameraOrigin(name);
    this.#signer = noteSigner(this.#origin, signer);
    this.#database = guarded(`${path} cannot be opened`, () => openDatabase(path, JOURNAL_MIGRATIONS));
    try {
      guarded(`${path} is in use by another process`, () => this.#lock());
      this.#frontier = this.#load(path);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get size(): number {
    return this.#frontier.size;
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
      for (const change of indexChanges(entry)) this.#apply(change, index, file);
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

  forgetSegment(recording: string, index: number): void {
    this.#write(`forget segment ${index}`, () => this.#endSegment(recording, index));
  }

  entries(from: number, limit: number): Uint8Array[] {
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
    if (row === undefined) throw new RangeError(`the journal has ${this.size} entries, not ${size}`);
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

  openSegments(): OpenSegmentRecord[] {
    return this.#all<Omit<OpenSegmentRecord, 'clock'> & { clock: string }>(
      'SELECT recording, segment AS "index", file, start, clock FROM open_segments ORDER BY recording, segment',
    ).map((row) => ({ ...row, clock: JSON.parse(row.clock) as ClockState }));
  }

  object(object: string): ObjectRecord | undefined {
    return this.#all<ObjectRecord>(
      `SELECT ${OBJECT_COLUMNS} FROM objects WHERE object = ? AND state = 'held'`,
      object,
    )[0];
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

  close(): void {
    this.#database.close();
  }

  #apply(change: IndexChange, index: number, file: string | undefined): void {
    switch (change.table) {
      case 'recording-opened':
        this.#run('INSERT INTO recordings (recording, start) VALUES (?, ?)', change.recording, change.start);
        break;
      case 'recording-segment':
        this.#run('UPDATE recordings SET segments = segments + 1 WHERE recording = ?', change.recording);
        this.#endSegment(change.recording, change.index);
        break;
      case 'recording-mark':
        this.#run('UPDATE recordings SET marks = marks + 1 WHERE recording = ?', change.recording);
        break;
      case 'recording-closed':
        this.#run('UPDATE recordings SET closed = 1 WHERE recording = ?', change.recording);
        break;
      case 'object-named':
        this.#nameObject(change, index, file);
        break;
      case 'object-lost':
        this.#run("UPDATE objects SET state = 'lost' WHERE object = ?", change.object);
        break;
      case 'object-released':
        this.#run("UPDATE objects SET state = 'released' WHERE object = ?", change.object);
        break;
      default:
        change satisfies never;
    }
  }

  #nameObject(
    { object, size, recording, kind }: Extract<IndexChange, { table: 'object-named' }>,
    index: number,
    file: string | undefined,
  ): void {
    if (file === undefined) throw new TypeError(`no file is given for object ${object}`);
    this.#run(
      `INSERT INTO objects (${OBJECT_COLUMNS}, state) VALUES (?, ?, ?, ?, ?, ?, 'held')`,
      object,
      file,
      size,
      recording,
      kind,
      index,
    );
  }

  #endSegment(recording: string, index: number): void {
    this.#run('DELETE FROM open_segments WHERE recording = ? AND segment = ?', recording, index);
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

  #load(path: string): Frontier {
    const [row] = this.#all<{ origin: string; size: number; frontier: Buffer }>(
      'SELECT origin, size, frontier FROM journal',
    );
    if (row === undefined) {
      const empty = Buffer.alloc(0);
      this.#run('INSERT INTO journal (one, origin, size, frontier) VALUES (1, ?, 0, ?)', this.#origin, empty);
      return new Frontier();
    }
    if (row.origin !== this.#origin) {
      throw new DeviceError(
        'journal-of-another',
        `${path} is the journal of ${row.origin}, not of ${this.#origin}`,
      );
    }
    const rebuilt = this.#rebuild(path);
    if (rebuilt.size !== row.size || !equalBytes(concat(rebuilt.subtrees), row.frontier)) {
      throw inconsistent(
        path,
        `the frontier of ${row.size} entries does not fit the ${rebuilt.size} there are`,
      );
    }
    return rebuilt;
  }

  /** Every entry hashed anew, and its stored root compared. */
  #rebuild(path: string): Frontier {
    const frontier = new Frontier();
    const rows = this.#database
      .prepare('SELECT position, bytes, root FROM entries ORDER BY position')
      .iterate() as IterableIterator<{ position: number; bytes: Buffer; root: Buffer }>;
    let last: Buffer | undefined;
    for (const { position, bytes, root } of rows) {
      if (position !== frontier.size) throw inconsistent(path, `entry ${frontier.size} is missing`);
      frontier.append(bytes);
      if (root.length !== HASH_BYTES || !equalBytes(frontier.root(), root)) {
        throw inconsistent(path, `entry ${position} does not fit the root stored with it`);
      }
      last = bytes;
    }
    const read = last === undefined ? undefined : decodeEntry(new Uint8Array(last));
    this.#last = read?.known === true ? read.entry : undefined;
    return frontier;
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

function guarded<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('SQLITE_')) throw cause;
    throw new DeviceError(code === 'SQLITE_FULL' ? 'storage-full' : 'storage-failed', `${what} (${code})`, {
      cause,
    });
  }
}

function inconsistent(path: string, why: string): DeviceError {
  return new DeviceError('journal-inconsistent', `${path}: ${why}`);
}
