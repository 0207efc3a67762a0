import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { toBase64 } from '@mingjing/protocol';
import { openDatabase } from '@mingjing/runtime';
import { JOURNAL_MIGRATIONS } from '../../../device/core/journal-schema.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { openJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';

describe('a camera whose index says what its journal does not', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;
  let files: string[];

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-bent-'));
    const rig = await CameraRig.start({ identity, directory });
    await rig.record(6);
    await rig.close();
    files = stored();
    assert.ok(files.length >= 2);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const stored = (): string[] => readdirSync(join(directory, 'footage')).sort();

  function bend(sql: string): void {
    const database = openDatabase(join(directory, 'journal.db'), JOURNAL_MIGRATIONS);
    database.exec(sql);
    database.close();
  }

  /** In the journal; the power goes before the files do. */
  function release(): void {
    const journal = openJournal(join(directory, 'journal.db'), identity);
    const objects = journal.held().map(({ object }) => object);
    const { size } = journal;
    const receipt = { archive: 'archive-1', size, root: toBase64(journal.rootAt(size)) };
    journal.append({ type: 'object-released', objects, receipt });
    journal.close();
  }

  async function start(): Promise<{ alarms: string[]; held: number }> {
    const rig = await CameraRig.start({ identity, directory, awaitCapture: false });
    const found = { alarms: rig.alarms.map(({ code }) => code), held: rig.journal.held().length };
    await rig.close();
    return found;
  }

  it('erases nothing that only the index calls released, holds it again, and says so once', async () => {
    bend("UPDATE objects SET state = 'released', released = 1");
    assert.deepEqual(await start(), { alarms: ['journal-inconsistent'], held: files.length });
    assert.deepEqual(stored(), files);
    assert.deepEqual((await start()).alarms, []);
  });

  it('erases no file in the name of an object that was released', async () => {
    release();
    bend('UPDATE objects SET file = (SELECT max(file) FROM objects)');
    assert.deepEqual((await start()).alarms.slice(0, 1), ['journal-inconsistent']);
    assert.ok(stored().some((file) => file.endsWith('.000000.age')));
    assert.ok(stored().length >= files.length - 1);
  });

  it('erases no key whose recording the index forgot', async () => {
    bend("DELETE FROM recordings; DELETE FROM objects WHERE kind = 'key'");
    assert.deepEqual((await start()).alarms, ['unexplained-file']);
    assert.deepEqual(stored(), files);
  });

  it('erases what an entry released, also of what an older version wrote', async () => {
    release();
    bend('ALTER TABLE objects DROP COLUMN released; PRAGMA user_version = 4');
    assert.deepEqual(await start(), { alarms: [], held: 0 });
    assert.deepEqual(stored(), []);
  });
});
