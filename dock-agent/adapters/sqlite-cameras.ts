import { openOrBegin, type Database } from '@mingjing/runtime';
import type { WatchedCamera } from '../core/watch-rules.ts';
import type { CameraTable } from '../ports/camera-table.ts';

const MIGRATIONS = [
  `CREATE TABLE cameras (
     camera TEXT PRIMARY KEY,
     last_seen INTEGER NOT NULL,
     last_complete INTEGER,
     waiting_since INTEGER,
     overdue INTEGER NOT NULL,
     not_seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
];

interface Row {
  camera: string;
  last_seen: number;
  last_complete: number | null;
  waiting_since: number | null;
  overdue: number;
  not_seen: number;
}

/** A damaged table is put aside: cameras are known again as they come. */
export class SqliteCameras implements CameraTable {
  readonly #database: Database;

  constructor(path: string, putAside?: (why: unknown) => void) {
    this.#database = openOrBegin(path, MIGRATIONS, putAside);
  }

  all(): readonly WatchedCamera[] {
    const rows = this.#database.prepare('SELECT * FROM cameras').all() as Row[];
    return rows.map((row) => ({
      camera: row.camera,
      lastSeen: row.last_seen,
      lastComplete: row.last_complete ?? undefined,
      waitingSince: row.waiting_since ?? undefined,
      overdue: row.overdue === 1,
      notSeen: row.not_seen === 1,
    }));
  }

  keep({ camera, lastSeen, lastComplete, waitingSince, overdue, notSeen }: WatchedCamera): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO cameras VALUES (?, ?, ?, ?, ?, ?)')
      .run(camera, lastSeen, lastComplete ?? null, waitingSince ?? null, overdue ? 1 : 0, notSeen ? 1 : 0);
  }

  close(): void {
    this.#database.close();
  }
}
