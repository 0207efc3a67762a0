import { openDatabase, type Database } from '@mingjing/runtime';
import type { CustodyState, CustodyStore, KeptCosignature } from '../ports/custody-store.ts';

const MIGRATIONS = [
  `CREATE TABLE entries (
     entry INTEGER PRIMARY KEY,
     bytes BLOB NOT NULL
   ) STRICT;
   CREATE TABLE checkpoints (
     size INTEGER PRIMARY KEY,
     subtrees BLOB NOT NULL,
     note TEXT NOT NULL
   ) STRICT;
   CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'custody entries stay'); END;
   CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'custody entries stay'); END;`,
  `CREATE TABLE cosignatures (
     size INTEGER NOT NULL REFERENCES checkpoints,
     name TEXT NOT NULL,
     key_id INTEGER NOT NULL,
     line TEXT NOT NULL,
     evidence TEXT NOT NULL,
     PRIMARY KEY (size, name, key_id)
   ) STRICT, WITHOUT ROWID;`,
];
const HASH_BYTES = 32;

interface CosignatureRow {
  size: number;
  name: string;
  key_id: number;
  line: string;
  evidence: string;
}

/** The custody log in one SQLite file. */
export class SqliteCustody implements CustodyStore {
  readonly #database: Database;

  constructor(path: string) {
    this.#database = openDatabase(path, MIGRATIONS);
  }

  state(): Promise<CustodyState> {
    return run(() => this.#state());
  }

  stateAtMost(size: number): Promise<CustodyState> {
    return run(() => this.#state(size));
  }

  entries(from: number, to: number): Promise<readonly Uint8Array[]> {
    return run(() =>
      this.#database
        .prepare<[number, number], Buffer>(
          'SELECT bytes FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry',
        )
        .pluck()
        .all(from, to),
    );
  }

  append(
    expected: number,
    entries: readonly Uint8Array[],
    next: CustodyState,
  ): Promise<'appended' | 'conflict'> {
    const write = this.#database.transaction((): 'appended' | 'conflict' => {
      if (this.#state().size !== expected) return 'conflict';
      const insert = this.#database.prepare('INSERT INTO entries (entry, bytes) VALUES (?, ?)');
      for (const [n, bytes] of entries.entries()) insert.run(expected + n, bytes);
      this.#database
        .prepare('INSERT INTO checkpoints (size, subtrees, note) VALUES (?, ?, ?)')
        .run(next.size, Buffer.concat(next.subtrees), next.note ?? '');
      return 'appended';
    });
    return run(() => write.immediate());
  }

  keepCosignature({ size, name, keyId, line, evidence }: KeptCosignature): Promise<void> {
    return run(() => {
      this.#database
        .prepare('INSERT OR REPLACE INTO cosignatures VALUES (?, ?, ?, ?, ?)')
        .run(size, name, keyId, line, JSON.stringify(evidence));
    });
  }

  cosignatures(size: number): Promise<readonly KeptCosignature[]> {
    return run(() => {
      const rows = this.#database
        .prepare('SELECT * FROM cosignatures WHERE size = ? ORDER BY name, key_id')
        .all(size) as CosignatureRow[];
      return rows.map(({ key_id: keyId, evidence, ...row }) => ({
        ...row,
        keyId,
        evidence: JSON.parse(evidence) as string[],
      }));
    });
  }

  close(): void {
    this.#database.close();
  }

  #state(atMost = Number.MAX_SAFE_INTEGER): CustodyState {
    const row = this.#database
      .prepare('SELECT size, subtrees, note FROM checkpoints WHERE size <= ? ORDER BY size DESC LIMIT 1')
      .get(atMost) as { size: number; subtrees: Buffer; note: string } | undefined;
    return row === undefined
      ? { size: 0, subtrees: [] }
      : { size: row.size, subtrees: cut(row.subtrees), note: row.note };
  }
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
