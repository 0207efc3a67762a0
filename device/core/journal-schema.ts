/**
 * Tables of a camera's journal in SQLite. `entries` is the journal; `journal` holds the tree's frontier; the others
 * are told anew by the entries, and change in the same transactions. A migration is never changed once released.
 */
export const JOURNAL_MIGRATIONS = [
  `CREATE TABLE journal (one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL,
     size INTEGER NOT NULL, frontier BLOB NOT NULL) STRICT;
   CREATE TABLE entries (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL, root BLOB NOT NULL) STRICT;
   CREATE TABLE recordings (recording TEXT PRIMARY KEY, start TEXT NOT NULL, segments INTEGER NOT NULL DEFAULT 0,
     marks INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
   CREATE INDEX recordings_open ON recordings (recording) WHERE closed = 0;
   CREATE TABLE objects (object TEXT PRIMARY KEY, file TEXT NOT NULL, size INTEGER NOT NULL,
     recording TEXT NOT NULL, kind TEXT NOT NULL, entry INTEGER NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('held', 'lost', 'released', 'gone'))) STRICT, WITHOUT ROWID;
   CREATE INDEX objects_by_state ON objects (state, entry);
   CREATE TABLE open_segments (recording TEXT NOT NULL, segment INTEGER NOT NULL, file TEXT NOT NULL,
     start TEXT NOT NULL, clock TEXT NOT NULL, PRIMARY KEY (recording, segment)) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE anchors (size INTEGER PRIMARY KEY, frontier BLOB NOT NULL) STRICT;`,
  `ALTER TABLE recordings ADD COLUMN key_marked INTEGER NOT NULL DEFAULT 0;
   UPDATE recordings SET key_marked = 1 WHERE recording IN (
     SELECT json_extract(CAST(bytes AS TEXT), '$.recording') FROM entries
     WHERE json_extract(CAST(bytes AS TEXT), '$.type') = 'marked'
       AND json_extract(CAST(bytes AS TEXT), '$.kind') = 'key');`,
  `ALTER TABLE open_segments ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;`,
  `ALTER TABLE objects ADD COLUMN released INTEGER;
   UPDATE objects SET released = (
     SELECT position FROM entries, json_each(CAST(bytes AS TEXT), '$.objects') AS named
     WHERE json_extract(CAST(bytes AS TEXT), '$.type') = 'object-released' AND named.value = objects.object LIMIT 1)
   WHERE state = 'released';`,
];
