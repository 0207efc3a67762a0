import type { Database } from '@mingjing/runtime';
import type { IndexChange } from '../../core/journal-index.ts';

export const OBJECT_COLUMNS = 'object, file, size, recording, kind, entry';

/** Carries a change into the tables beside the entries. To be called in the transaction that appends the entry. */
export function applyChange(
  database: Database,
  change: IndexChange,
  index: number,
  file: string | undefined,
): void {
  const run = (sql: string, ...values: (string | number)[]): void => {
    database.prepare(sql).run(...values);
  };
  switch (change.table) {
    case 'recording-opened':
      run('INSERT INTO recordings (recording, start) VALUES (?, ?)', change.recording, change.start);
      break;
    case 'recording-segment':
      run('UPDATE recordings SET segments = segments + 1 WHERE recording = ?', change.recording);
      endSegment(database, change.recording, change.index);
      break;
    case 'recording-mark':
      run(
        'UPDATE recordings SET marks = marks + 1, key_marked = key_marked | ? WHERE recording = ?',
        change.key ? 1 : 0,
        change.recording,
      );
      break;
    case 'recording-closed':
      run('UPDATE recordings SET closed = 1 WHERE recording = ?', change.recording);
      break;
    case 'object-named': {
      const { object, size, recording, kind } = change;
      if (file === undefined) throw new TypeError(`no file is given for object ${object}`);
      const sql = `INSERT INTO objects (${OBJECT_COLUMNS}, state) VALUES (?, ?, ?, ?, ?, ?, 'held')`;
      run(sql, object, file, size, recording, kind, index);
      break;
    }
    case 'object-lost':
      run("UPDATE objects SET state = 'lost' WHERE object = ?", change.object);
      break;
    case 'object-released':
      run("UPDATE objects SET state = 'released', released = ? WHERE object = ?", index, change.object);
      break;
    default:
      change satisfies never;
  }
}

export function endSegment(database: Database, recording: string, index: number): void {
  database.prepare('DELETE FROM open_segments WHERE recording = ? AND segment = ?').run(recording, index);
}
