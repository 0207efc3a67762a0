import Database from 'better-sqlite3';
import { RuntimeError } from './errors.ts';

export type { Database } from 'better-sqlite3';

/**
 * Opens a SQLite database in which a committed transaction survives a power cut (WAL, synchronous FULL), and
 * brings its schema up to date. `migrations[n]` takes version n to n + 1 and is never changed once released.
 */
export function openDatabase(path: string, migrations: readonly string[]): Database.Database {
  const database = new Database(path);
  try {
    prepare(database, path, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: Database.Database, path: string, migrations: readonly string[]): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  database.pragma('trusted_schema = OFF');
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new RuntimeError(
      'storage-failed',
      `${path} was written by a later version (schema ${version}, known ${migrations.length})`,
    );
  }
  for (let step = version; step < migrations.length; step += 1) {
    database.transaction(() => {
      database.exec(migrations[step] ?? '');
      database.pragma(`user_version = ${step + 1}`);
    })();
  }
}
