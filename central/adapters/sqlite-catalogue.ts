import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, toHex, type JournalName, type NamedObject, type RecordingMode } from '@mingjing/protocol';
import { openDatabase, type Database } from '@mingjing/runtime';
import type { Fact, JournalFault } from '../core/facts.ts';
import type { LostSpan } from '../core/receipt-rule.ts';
import type {
  Catalogue,
  ForkRecord,
  JournalAppend,
  JournalRecord,
  RecordingQuery,
  RecordingRef,
  RecordingRow,
  StoredCheckpoint,
} from '../ports/catalogue.ts';

const MIGRATIONS = ['sqlite-catalogue-1.sql', 'sqlite-catalogue-2.sql'].map((file) =>
  readFileSync(join(import.meta.dirname, file), 'utf8'),
);
const DERIVED = ['recordings', 'recording_entries', 'named', 'faults'];
const HASH_BYTES = 32;
/** Photos of one recording that are shown beside it. */
const MAX_BELONGING = 500;

const JOURNAL = `SELECT j.journal, j.device, j.epoch, j.size, j.subtrees, j.evidence, r.size AS receipted, r.note AS receipt
  FROM journals j LEFT JOIN receipts r
    ON r.journal = j.journal AND r.size = (SELECT max(size) FROM receipts WHERE journal = j.journal)`;
const RECORDING = `SELECT j.device, j.epoch, r.*,
    (SELECT count(*) FROM named n WHERE n.journal = r.journal AND n.recording = r.recording
       AND n.kind = 'segment' AND n.here = 1) AS segments_here
  FROM recordings r JOIN journals j USING (journal)`;

interface Statement {
  run(...values: readonly unknown[]): { lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
}

type Row<T> = T | undefined;

interface JournalRow {
  journal: number;
  device: string;
  epoch: number;
  size: number;
  subtrees: Buffer;
  evidence: string;
  receipted: number | null;
  receipt: string | null;
}

/** The catalogue in one SQLite file: one process writes, any number read. */
export class SqliteCatalogue implements Catalogue {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(path: string) {
    this.#database = openDatabase(path, MIGRATIONS);
  }

  journal(name: JournalName): Promise<JournalRecord | undefined> {
    return run(() => {
      const row = this.#journal(name);
      return row === undefined ? undefined : journalRecord(row);
    });
  }

  journals(): Promise<readonly JournalRecord[]> {
    return run(() => this.#all<JournalRow>(`${JOURNAL} ORDER BY j.device, j.epoch`).map(journalRecord));
  }

  entries(name: JournalName, from: number, to: number): Promise<readonly Uint8Array[]> {
    const sql = 'SELECT bytes FROM entries WHERE journal = ? AND entry >= ? AND entry < ? ORDER BY entry';
    return run(() => this.#all<{ bytes: Buffer }>(sql, this.#id(name), from, to).map((row) => row.bytes));
  }

  checkpointAtMost(name: JournalName, size: number): Promise<StoredCheckpoint | undefined> {
    const sql = `SELECT size, root, subtrees, note FROM checkpoints WHERE journal = ? AND size <= ?
      ORDER BY size DESC LIMIT 1`;
    return run(() => {
      const row = this.#get<{ size: number; root: Buffer; subtrees: Buffer; note: string }>(
        sql,
        this.#id(name),
        size,
      );
      return row === undefined ? undefined : { ...row, subtrees: cut(row.subtrees) };
    });
  }

  append(page: JournalAppend): Promise<'appended' | 'conflict'> {
    return this.#write(() => {
      const { name, expected, entries, checkpoint } = page;
      const held = this.#journal(name);
      if ((held?.size ?? 0) !== expected) return 'conflict';
      const journal = held?.journal ?? this.#createJournal(name, page.evidence);
      for (const [n, bytes] of entries.entries())
        this.#run(
          'INSERT INTO entries (journal, entry, bytes) VALUES (?, ?, ?)',
          journal,
          expected + n,
          bytes,
        );
      const { size, root, subtrees, note } = checkpoint;
      this.#run(
        'INSERT INTO checkpoints (journal, size, root, subtrees, note) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ...[journal, size, root, Buffer.concat(subtrees), note],
      );
      if (entries.length > 0)
        this.#run(
          'UPDATE journals SET size = ?, subtrees = ? WHERE journal = ?',
          size,
          Buffer.concat(subtrees),
          journal,
        );
      for (const fact of page.facts) this.#writeFact(journal, fact);
      return 'appended';
    });
  }

  keepFork(fork: ForkRecord, limit: number): Promise<'kept' | 'known' | 'limit'> {
    return this.#write(() => {
      const { name, kind, at, size, note, page } = fork;
      const key = [name.device, name.epoch, kind];
      const digest = toHex(sha256(page));
      const where = 'FROM forks WHERE device = ? AND epoch = ? AND kind = ?';
      if (this.#get(`SELECT 1 ${where} AND digest = ?`, ...key, digest) !== undefined) return 'known';
      const count = this.#get<{ count: number }>(`SELECT count(*) AS count ${where}`, ...key)?.count ?? 0;
      if (count >= limit) return 'limit';
      this.#run('INSERT INTO forks VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...key, digest, at, size, note, page);
      return 'kept';
    });
  }

  forks(name: JournalName): Promise<readonly ForkRecord[]> {
    const sql = 'SELECT kind, at, size, note, page FROM forks WHERE device = ? AND epoch = ? ORDER BY at';
    return run(() =>
      this.#all<Omit<ForkRecord, 'name'>>(sql, name.device, name.epoch).map((row) => ({ name, ...row })),
    );
  }

  faults(name: JournalName): Promise<readonly { entry: number; fault: JournalFault }[]> {
    return run(() =>
      this.#all('SELECT entry, fault FROM faults WHERE journal = ? ORDER BY entry', this.#id(name)),
    );
  }

  namedBy(object: string, device?: string): Promise<readonly { size: number; name: JournalName }[]> {
    const sql = `SELECT n.size, j.device, j.epoch FROM named n JOIN journals j USING (journal)
      WHERE n.object = ? AND j.device = coalesce(?, j.device)`;
    return run(() =>
      this.#all<{ size: number; device: string; epoch: number }>(sql, object, device ?? null).map(
        ({ size, ...name }) => ({ size, name }),
      ),
    );
  }

  /** Three walks along indexes, each as long as what it gives: what waits may be a year of footage. */
  missing(name: JournalName, limit: number): Promise<readonly { object: string; size: number }[]> {
    const missing = 'n.here = 0 AND n.lost IS NULL ORDER BY n.entry LIMIT ?';
    const ofKind = `SELECT n.object, n.size FROM named n WHERE n.journal = ? AND n.kind = ? AND ${missing}`;
    const marked = `SELECT n.object, n.size FROM recordings r
      CROSS JOIN named n INDEXED BY named_missing_recording
        ON n.journal = r.journal AND n.recording = r.recording
      WHERE r.journal = ? AND r.marks > 0 AND n.kind = 'segment' AND ${missing}`;
    return run(() => {
      const journal = this.#id(name);
      const wanted = new Map<string, number>();
      const take = (rows: { object: string; size: number }[]): void => {
        for (const { object, size } of rows) if (wanted.size < limit) wanted.set(object, size);
      };
      take(this.#all(ofKind, journal, 'key', limit));
      take(this.#all(marked, journal, limit));
      take(this.#all(ofKind, journal, 'segment', limit));
      return [...wanted].map(([object, size]) => ({ object, size }));
    });
  }

  firstMissing(name: JournalName): Promise<number | undefined> {
    const sql = `SELECT min(entry) AS entry FROM named
      WHERE journal = ? AND kind = ? AND here = 0 AND lost IS NULL`;
    return run(() => {
      const journal = this.#id(name);
      const firsts = ['key', 'segment'].map(
        (kind) => this.#get<{ entry: number | null }>(sql, journal, kind)?.entry,
      );
      const found = firsts.filter((entry) => typeof entry === 'number');
      return found.length === 0 ? undefined : Math.min(...found);
    });
  }

  lostSpans(name: JournalName): Promise<readonly LostSpan[]> {
    const sql =
      'SELECT entry, lost FROM named INDEXED BY named_lost WHERE journal = ? AND here = 0 AND lost IS NOT NULL';
    return run(() => this.#all(sql, this.#id(name)));
  }

  presentObjects(name: JournalName, from: number, to: number): Promise<readonly NamedObject[]> {
    const sql = `SELECT object, size, recording, kind, entry FROM named
      WHERE journal = ? AND entry >= ? AND entry < ? AND here = 1 ORDER BY entry`;
    return run(() => this.#all(sql, this.#id(name), from, to));
  }

  objectSize(object: string): Promise<number | undefined> {
    return run(() => this.#get<{ size: number }>('SELECT size FROM objects WHERE object = ?', object)?.size);
  }

  objectStored(object: string, size: number, at: string): Promise<readonly RecordingRef[]> {
    return this.#write(() => {
      this.#run('INSERT INTO objects VALUES (?, ?, ?) ON CONFLICT DO NOTHING', object, size, at);
      this.#run('UPDATE named SET here = 1 WHERE object = ? AND size = ?', object, size);
      const sql = `SELECT j.device, j.epoch, n.recording FROM named n JOIN journals j USING (journal)
        WHERE n.object = ? AND n.here = 1`;
      return this.#all<{ device: string; epoch: number; recording: string }>(sql, object).map(
        ({ recording, ...name }) => ({ name, recording }),
      );
    });
  }

  objectGone(object: string): Promise<void> {
    return this.#write(() => {
      this.#run('DELETE FROM objects WHERE object = ?', object);
      this.#run('UPDATE named SET here = 0 WHERE object = ?', object);
    });
  }

  keepReceipt(name: JournalName, size: number, note: string): Promise<'kept' | 'conflict'> {
    return this.#write(() => {
      const held = this.#journal(name);
      if (held === undefined || size > held.size || size <= (held.receipted ?? 0)) return 'conflict';
      this.#run('INSERT INTO receipts VALUES (?, ?, ?)', held.journal, size, note);
      return 'kept';
    });
  }

  recordings({ limit, before, mode }: RecordingQuery): Promise<readonly RecordingRow[]> {
    const where = [
      ...(before === undefined ? [] : ['(r.start, r.recording) < (?, ?)']),
      ...(mode === undefined ? [] : ['r.mode = ?']),
    ];
    const values = [
      ...(before === undefined ? [] : [before.start, before.key ?? '']),
      ...(mode === undefined ? [] : [mode]),
    ];
    const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
    const sql = `${RECORDING} ${filter} ORDER BY r.start DESC, r.recording DESC LIMIT ?`;
    return run(() => this.#all<RecordingSql>(sql, ...values, limit).map(recordingRow));
  }

  belonging(name: JournalName, recording: string): Promise<readonly RecordingRow[]> {
    const sql = `${RECORDING} WHERE r.journal = ? AND (r.during = ? OR r.continues = ?)
      ORDER BY r.start, r.recording LIMIT ${MAX_BELONGING}`;
    return run(() => this.#all<RecordingSql>(sql, this.#id(name), recording, recording).map(recordingRow));
  }

  recording(name: JournalName, recording: string): Promise<RecordingRow | undefined> {
    const sql = `${RECORDING} WHERE r.journal = ? AND r.recording = ?`;
    return run(() => {
      const row = this.#get<RecordingSql>(sql, this.#id(name), recording);
      return row === undefined ? undefined : recordingRow(row);
    });
  }

  recordingEntries(name: JournalName, recording: string): Promise<readonly number[]> {
    const sql = 'SELECT entry FROM recording_entries WHERE journal = ? AND recording = ? ORDER BY entry';
    return run(() => this.#all<{ entry: number }>(sql, this.#id(name), recording).map((row) => row.entry));
  }

  rebuild(name: JournalName, facts: Iterable<Fact>): Promise<void> {
    return this.#write(() => {
      const journal = this.#id(name);
      for (const table of DERIVED) this.#run(`DELETE FROM ${table} WHERE journal = ?`, journal);
      for (const fact of facts) this.#writeFact(journal, fact);
    });
  }

  derivation(): Promise<number> {
    const sql = 'SELECT version FROM derivation';
    return run(() => this.#get<{ version: number }>(sql)?.version ?? 0);
  }

  derivedBy(version: number): Promise<void> {
    return this.#write(() => {
      this.#run('UPDATE derivation SET version = ?', version);
    });
  }

  close(): void {
    this.#database.close();
  }

  #writeFact(journal: number, fact: Fact): void {
    switch (fact.fact) {
      case 'opened':
        this.#run(
          `INSERT INTO recordings (journal, recording, mode, start, officer, during, continues)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          ...[journal, fact.recording, fact.mode, fact.start],
          ...[fact.officer ?? null, fact.during ?? null, fact.continues ?? null],
        );
        this.#ofRecording(journal, fact);
        return;
      case 'segment':
        this.#run(
          `UPDATE recordings SET segments = segments + 1, bytes = bytes + ?, last = coalesce(?, last)
           WHERE journal = ? AND recording = ?`,
          ...[fact.size, fact.end ?? null, journal, fact.recording],
        );
        this.#ofRecording(journal, fact);
        return;
      case 'mark':
        this.#run(
          'UPDATE recordings SET marks = marks + 1, key_marked = max(key_marked, ?) WHERE journal = ? AND recording = ?',
          ...[fact.key ? 1 : 0, journal, fact.recording],
        );
        this.#ofRecording(journal, fact);
        return;
      case 'change':
        this.#ofRecording(journal, fact);
        return;
      case 'closed':
        this.#run(
          'UPDATE recordings SET closed = ?, last = ? WHERE journal = ? AND recording = ?',
          ...[fact.reason, fact.end, journal, fact.recording],
        );
        this.#ofRecording(journal, fact);
        return;
      case 'named': {
        const { object, size, recording, kind, entry } = fact.named;
        this.#run(
          `INSERT INTO named VALUES (?, ?, ?, ?, ?, ?, NULL,
             EXISTS (SELECT 1 FROM objects WHERE object = ? AND size = ?))`,
          ...[journal, object, size, recording, kind, entry, object, size],
        );
        return;
      }
      case 'lost':
        this.#run(
          'UPDATE named SET lost = coalesce(lost, ?) WHERE journal = ? AND object = ?',
          ...[fact.entry, journal, fact.object],
        );
        return;
      case 'fault':
        this.#run(
          'INSERT INTO faults VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          journal,
          fact.entry,
          fact.code,
        );
        return;
      default:
        fact satisfies never;
    }
  }

  #ofRecording(journal: number, { recording, entry }: { recording: string; entry: number }): void {
    this.#run('INSERT INTO recording_entries VALUES (?, ?, ?)', journal, recording, entry);
  }

  #journal({ device, epoch }: JournalName): JournalRow | undefined {
    return this.#get(`${JOURNAL} WHERE j.device = ? AND j.epoch = ?`, device, epoch);
  }

  #createJournal({ device, epoch }: JournalName, evidence: readonly string[]): number {
    const sql = "INSERT INTO journals (device, epoch, size, subtrees, evidence) VALUES (?, ?, 0, x'', ?)";
    return Number(this.#run(sql, device, epoch, JSON.stringify(evidence)));
  }

  /** No journal has the number 0: nothing is found for a name that is not there. */
  #id(name: JournalName): number {
    return this.#journal(name)?.journal ?? 0;
  }

  #write<T>(work: () => T): Promise<T> {
    return run(() => this.#database.transaction(work).immediate());
  }

  #run(sql: string, ...values: readonly unknown[]): number | bigint {
    return this.#statement(sql).run(...values).lastInsertRowid;
  }

  #get<T>(sql: string, ...values: readonly unknown[]): Row<T> {
    return this.#statement(sql).get(...values) as Row<T>;
  }

  #all<T>(sql: string, ...values: readonly unknown[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  /** Compiled once: a page of entries runs the same few statements hundreds of times. */
  #statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

interface RecordingSql {
  device: string;
  epoch: number;
  recording: string;
  mode: string;
  during: string | null;
  continues: string | null;
  start: string;
  last: string | null;
  officer: string | null;
  closed: string | null;
  segments: number;
  segments_here: number;
  marks: number;
  key_marked: number;
  bytes: number;
}

function recordingRow(row: RecordingSql): RecordingRow {
  const { device, epoch, recording, start, last, officer, closed, segments, marks, bytes } = row;
  const { mode, during, continues } = row;
  return {
    name: { device, epoch },
    recording,
    mode: mode as RecordingMode,
    ...(during === null ? {} : { during }),
    ...(continues === null ? {} : { continues }),
    start,
    ...(last === null ? {} : { end: last }),
    ...(officer === null ? {} : { officer }),
    ...(closed === null ? {} : { closed }),
    segments,
    segmentsHere: row.segments_here,
    marks,
    keyMarked: row.key_marked === 1,
    bytes,
  };
}

function journalRecord(row: JournalRow): JournalRecord {
  const { device, epoch, size, subtrees, evidence, receipted, receipt } = row;
  return {
    name: { device, epoch },
    size,
    subtrees: cut(subtrees),
    evidence: JSON.parse(evidence) as string[],
    receipted: receipted ?? 0,
    ...(receipt === null ? {} : { receipt }),
  };
}

function cut(hashes: Buffer): Uint8Array[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, n) =>
    hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );
}

function run<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
