import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { decodeEntry } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';

describe('a camera whose card was set back or swapped', function () {
  this.timeout(120_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  /** One recording, from start to end of the process. */
  async function record(camera: CameraProgram): Promise<void> {
    await camera.start();
    await until('standby', async () => (await camera.status()).ringSeconds > 1);
    assert.ok((await camera.press('record')).ok);
    await camera.press('stop');
    await camera.stop();
  }

  /** Size of the journal, and what it says of having been set back. */
  function told(camera: CameraProgram): { size: number; root: string; details: string[] } {
    const journal = camera.openJournal();
    auditJournal(journal, identity);
    const { size } = journal;
    const details = journal.entries(0, size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      if (!read.known || read.entry.type !== 'alarm') return [];
      return read.entry.code === 'journal-rolled-back' ? [read.entry.detail ?? ''] : [];
    });
    const root = Buffer.from(journal.rootAt(size)).toString('base64');
    journal.close();
    return { size, root, details };
  }

  it('journals what it remembers, of an older card, of a blank one, and of the true one put back', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      const state = join(directory, 'state');
      const [morning, evening] = [join(directory, 'morning'), join(directory, 'evening')];
      const insert = (card?: string): void => {
        rmSync(state, { recursive: true });
        if (card !== undefined) cpSync(card, state, { recursive: true });
      };
      await record(camera);
      cpSync(state, morning, { recursive: true });
      await record(camera);
      cpSync(state, evening, { recursive: true });
      const incident = told(camera);
      assert.deepEqual(incident.details, [], 'its own card is no news');
      insert(morning);
      await record(camera);
      const older = told(camera);
      assert.deepEqual(older.details, [`${incident.size} entries were there, root ${incident.root}`]);
      insert();
      await record(camera);
      const blank = told(camera);
      assert.deepEqual(blank.details, [`${older.size} entries were there, root ${older.root}`]);
      insert(evening);
      await record(camera);
      assert.equal(told(camera).details.length, 1);
      await record(camera);
      assert.equal(told(camera).details.length, 1, 'once a change');
    }));

  it('records on when nothing can be remembered, or what is remembered is garbled', () =>
    withDirectory(async (directory) => {
      const nowhere = await CameraProgram.fast(join(directory, 'a'), identity, {
        headFile: '/proc/nowhere/head.json',
      });
      await record(nowhere);
      assert.deepEqual(told(nowhere).details, []);
      assert.match(nowhere.log(), /cannot be remembered/);
      const garbled = await CameraProgram.fast(join(directory, 'b'), identity);
      writeFileSync(join(directory, 'b', 'journal-head.json'), '{"size":1');
      await record(garbled);
      assert.deepEqual(told(garbled).details, []);
    }));

  it('remembers the last entry through a power cut', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await record(camera);
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      assert.ok((await camera.press('record')).ok);
      await camera.kill();
      await record(camera);
      assert.deepEqual(told(camera).details, []);
    }));
});
