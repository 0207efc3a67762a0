import { openOrBegin, type Database } from '@mingjing/runtime';
import type { HandOver, Holder } from '../core/issue-model.ts';
import type { PinRecord } from '../core/pins.ts';
import type { IssueStore } from '../ports/issue-store.ts';

const MIGRATIONS = [
  `CREATE TABLE pins (
     officer TEXT PRIMARY KEY,
     salt BLOB NOT NULL,
     hash BLOB NOT NULL,
     epoch INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     failed_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE hand_overs (
     line INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     at TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('taken', 'returned')),
     camera TEXT NOT NULL,
     bay INTEGER NOT NULL,
     officer TEXT NOT NULL,
     name TEXT,
     certificate TEXT,
     assignment TEXT,
     note TEXT,
     outcome TEXT NOT NULL CHECK (outcome IN ('asked', 'done', 'refused', 'seen'))
   ) STRICT;
   CREATE INDEX hand_overs_by_camera ON hand_overs (camera, line);
   CREATE INDEX hand_overs_by_officer ON hand_overs (officer);
   CREATE TABLE roster (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;`,
];

/** The same, where nothing is NULL. */
type Nullable = 'name' | 'certificate' | 'assignment' | 'note';
type Row = Omit<HandOver, Nullable> & Record<Nullable, string | null>;
interface PinRow {
  salt: Uint8Array;
  hash: Uint8Array;
  epoch: number;
  failures: number;
  failed_at: number;
}

const SETTLED = `outcome IN ('done', 'seen')`;

/** A damaged file is put aside: PINs are set anew then, and the ledger goes on in another file. */
export class SqliteIssueStore implements IssueStore {
  readonly #database: Database;

  constructor(path: string, putAside?: (why: unknown) => void) {
    this.#database = openOrBegin(path, MIGRATIONS, putAside);
  }

  pin(officer: string): PinRecord | undefined {
    const row = this.#database.prepare('SELECT * FROM pins WHERE officer = ?').get(officer) as
      PinRow | undefined;
    if (row === undefined) return undefined;
    const { salt, hash, epoch, failures, failed_at: failedAt } = row;
    return { salt, hash, epoch, failures, failedAt };
  }

  keepPin(officer: string, { salt, hash, epoch, failures, failedAt }: PinRecord): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?, ?)')
      .run(officer, salt, hash, epoch, failures, failedAt);
  }

  record(line: HandOver): void {
    this.#database
      .prepare(
        `INSERT INTO hand_overs
           (id, at, kind, camera, bay, officer, name, certificate, assignment, note, outcome)
         VALUES (@id, @at, @kind, @camera, @bay, @officer, @name, @certificate, @assignment, @note, @outcome)`,
      )
      .run({
        ...line,
        name: line.name ?? null,
        certificate: line.certificate ?? null,
        assignment: line.assignment ?? null,
        note: line.note ?? null,
      });
  }

  settle(id: string, outcome: 'done' | 'refused'): void {
    this.#database
      .prepare(`UPDATE hand_overs SET outcome = ? WHERE id = ? AND outcome = 'asked'`)
      .run(outcome, id);
  }

  asked(camera: string): readonly HandOver[] {
    const rows = this.#database
      .prepare(`SELECT * FROM hand_overs WHERE camera = ? AND outcome = 'asked' ORDER BY line`)
      .all(camera) as Row[];
    return rows.map((row) => ({
      ...row,
      name: row.name ?? undefined,
      certificate: row.certificate ?? undefined,
      assignment: row.assignment ?? undefined,
      note: row.note ?? undefined,
    }));
  }

  holder(camera: string): Holder | undefined {
    const row = this.#database
      .prepare(
        `SELECT kind, officer, name FROM hand_overs WHERE camera = ? AND ${SETTLED} ORDER BY line DESC LIMIT 1`,
      )
      .get(camera) as Pick<Row, 'kind' | 'officer' | 'name'> | undefined;
    if (row?.kind !== 'taken') return undefined;
    return { number: row.officer, name: row.name ?? undefined };
  }

  heldBy(officer: string): readonly string[] {
    const cameras = this.#database
      .prepare('SELECT DISTINCT camera FROM hand_overs WHERE officer = ? ORDER BY camera')
      .pluck()
      .all(officer) as string[];
    return cameras.filter((camera) => this.holder(camera)?.number === officer);
  }

  rosterVersion(): number {
    const version = this.#database.prepare('SELECT version FROM roster').pluck().get();
    return typeof version === 'number' ? version : 0;
  }

  keepRosterVersion(version: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO roster VALUES (1, ?)').run(version);
  }

  close(): void {
    this.#database.close();
  }
}
