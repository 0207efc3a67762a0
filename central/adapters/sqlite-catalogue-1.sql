-- Version 1 of the catalogue. First what the cameras signed, then, from `recordings` on, what is derived from it.

CREATE TABLE journals (
  journal INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,
  subtrees BLOB NOT NULL,
  evidence TEXT NOT NULL,
  UNIQUE (device, epoch)
) STRICT;
CREATE TABLE entries (
  journal INTEGER NOT NULL REFERENCES journals,
  entry INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (journal, entry)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END;
CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries stay'); END;
CREATE TABLE checkpoints (
  journal INTEGER NOT NULL REFERENCES journals,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  subtrees BLOB NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (journal, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (
  journal INTEGER NOT NULL REFERENCES journals,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (journal, size)
) STRICT, WITHOUT ROWID;
CREATE TABLE forks (
  device TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  digest TEXT NOT NULL,
  at TEXT NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  page BLOB NOT NULL,
  PRIMARY KEY (device, epoch, kind, digest)
) STRICT;
CREATE TABLE objects (
  object TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recordings (
  journal INTEGER NOT NULL REFERENCES journals,
  recording TEXT NOT NULL,
  start TEXT NOT NULL,
  last TEXT,
  officer TEXT,
  closed TEXT,
  segments INTEGER NOT NULL DEFAULT 0,
  marks INTEGER NOT NULL DEFAULT 0,
  key_marked INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (journal, recording)
) STRICT, WITHOUT ROWID;
CREATE INDEX recordings_start ON recordings (start, recording);
CREATE TABLE recording_entries (
  journal INTEGER NOT NULL,
  recording TEXT NOT NULL,
  entry INTEGER NOT NULL,
  PRIMARY KEY (journal, recording, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE named (
  journal INTEGER NOT NULL,
  object TEXT NOT NULL,
  size INTEGER NOT NULL,
  recording TEXT NOT NULL,
  kind TEXT NOT NULL,
  entry INTEGER NOT NULL,
  lost INTEGER,
  here INTEGER NOT NULL,
  PRIMARY KEY (journal, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX named_object ON named (object);
CREATE INDEX named_entry ON named (journal, entry);
CREATE INDEX named_recording ON named (journal, recording) WHERE kind = 'segment';
CREATE INDEX named_missing ON named (journal, kind, entry) WHERE here = 0 AND lost IS NULL;
CREATE INDEX named_missing_recording ON named (journal, recording, entry) WHERE here = 0 AND lost IS NULL;
CREATE INDEX named_lost ON named (journal, entry) WHERE here = 0 AND lost IS NOT NULL;
CREATE TABLE faults (
  journal INTEGER NOT NULL,
  entry INTEGER NOT NULL,
  fault TEXT NOT NULL,
  PRIMARY KEY (journal, entry, fault)
) STRICT, WITHOUT ROWID;
