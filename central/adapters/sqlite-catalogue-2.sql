-- Version 2: what a recording is, and what it belongs to. Catalogues of version 1 are derived again (see `derivation`).

ALTER TABLE recordings ADD COLUMN mode TEXT NOT NULL DEFAULT 'video';
ALTER TABLE recordings ADD COLUMN during TEXT;
ALTER TABLE recordings ADD COLUMN continues TEXT;
CREATE INDEX recordings_during ON recordings (journal, during) WHERE during IS NOT NULL;
CREATE INDEX recordings_continues ON recordings (journal, continues) WHERE continues IS NOT NULL;

-- By which rules the derived tables were last written as a whole.
CREATE TABLE derivation (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO derivation VALUES (1, 1);
