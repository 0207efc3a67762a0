import { openDatabase, RuntimeError, type Database } from '@mingjing/runtime';
import { equalBytes } from '@mingjing/protocol';
import type { HeldCheckpoint } from '../core/witness.ts';
import type { WitnessState } from '../ports/witness-state.ts';

const MIGRATIONS = [
  `CREATE TABLE logs (
     origin TEXT PRIMARY KEY,
     size INTEGER NOT NULL,
     root BLOB NOT NULL,
     note TEXT NOT NULL,
     delivered INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TRIGGER logs_stay BEFORE DELETE ON logs BEGIN SELECT RAISE(ABORT, 'a witness forgets nothing'); END;
   CREATE TRIGGER logs_grow BEFORE UPDATE ON logs
     WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
     BEGIN SELECT RAISE(ABORT, 'a log only grows'); END;`,
];

interface Row {
  origin: string;
  size: number;
  root: Buffer;
  note: string;
  delivered: number;
}

/**
 * A damaged file is not put aside: a witness that begun anew could cosign a second past. Throws then, and the file
 * stays as it is.
 */
export class SqliteWitness implements WitnessState {
  readonly #database: Database;

  constructor(path: string) {
    this.#database = openDatabase(path, MIGRATIONS);
    const found = this.#database.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return;
    this.#database.close();
    throw new RuntimeError('storage-failed', `${path} is damaged: ${String(found)}`);
  }

  all(): ReadonlyMap<string, HeldCheckpoint> {
    const rows = this.#database.prepare<[], Row>('SELECT * FROM logs').all();
    return new Map(rows.map(({ origin, size, root, note }) => [origin, { size, root, note }]));
  }

  advance(origin: string, oldSize: number, next: HeldCheckpoint): boolean {
    const move = this.#database.transaction(() => {
      const row = this.#row(origin);
      if ((row?.size ?? 0) !== oldSize || next.size < oldSize) return false;
      const isSame = row?.size === next.size;
      if (isSame && !equalBytes(row.root, next.root)) return false;
      if (!isSame) this.#put(origin, next);
      return true;
    });
    return move.immediate();
  }

  isDelivered(origin: string): boolean {
    return this.#row(origin)?.delivered === 1;
  }

  delivered(origin: string, size: number): void {
    this.#database.prepare('UPDATE logs SET delivered = 1 WHERE origin = ? AND size = ?').run(origin, size);
  }

  close(): void {
    this.#database.close();
  }

  #put(origin: string, { size, root, note }: HeldCheckpoint): void {
    this.#database
      .prepare(
        `INSERT INTO logs VALUES (?, ?, ?, ?, 0) ON CONFLICT (origin)
         DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, delivered = 0`,
      )
      .run(origin, size, root, note);
  }

  #row(origin: string): Row | undefined {
    return this.#database.prepare<[string], Row>('SELECT * FROM logs WHERE origin = ?').get(origin);
  }
}
