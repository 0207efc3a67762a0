import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { MessageOutbox, openDatabase } from '@mingjing/runtime';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const GARBAGE = Buffer.alloc(8_192, 7);

describe('outbox that cannot be read', () => {
  const directory = temporaryDirectories();

  function message(n: number): { topic: string; payload: Uint8Array; retain: boolean } {
    return { topic: `t/${n}`, payload: Buffer.alloc(500, n), retain: false };
  }

  function assertWorksAnew(path: string): void {
    const moved: unknown[] = [];
    const outbox = new MessageOutbox(path, (why) => moved.push(why));
    assert.equal(moved.length, 1);
    outbox.put(message(1));
    assert.equal(outbox.next()?.topic, 't/1');
    assert.equal(outbox.waiting, 1);
    outbox.close();
    const again = new MessageOutbox(path, (why) => moved.push(why));
    assert.equal(again.waiting, 1);
    again.close();
    assert.equal(moved.length, 1);
  }

  it('is put aside when it is no database, and a new one is begun', () => {
    const path = join(directory(), 'outbox.db');
    writeFileSync(path, GARBAGE);
    assertWorksAnew(path);
    assert.deepEqual(readFileSync(`${path}.damaged`), GARBAGE);
  });

  it('is put aside when some of its pages are damaged', () => {
    const path = join(directory(), 'outbox.db');
    const outbox = new MessageOutbox(path);
    for (let n = 0; n < 100; n += 1) outbox.put(message(n));
    outbox.close();
    const file = openSync(path, 'r+');
    writeSync(file, GARBAGE, 0, 4_096, 4_096 * Math.floor(statSync(path).size / 8_192));
    closeSync(file);
    assertWorksAnew(path);
  });

  it('is put aside when a later version wrote it', () => {
    const path = join(directory(), 'outbox.db');
    openDatabase(path, ['CREATE TABLE a (b)', 'CREATE TABLE c (d)']).close();
    assertWorksAnew(path);
  });
});

describe('camera whose outbox cannot be opened', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  const obstacles: readonly (readonly [string, (path: string) => void])[] = [
    [
      'it is damaged',
      (path) => {
        writeFileSync(path, GARBAGE);
      },
    ],
    [
      'a directory lies in its place',
      (path) => {
        mkdirSync(path);
      },
    ],
  ];
  for (const [why, obstruct] of obstacles) {
    it(`records all the same: ${why}`, async () => {
      const at = directory();
      mkdirSync(join(at, 'state'));
      obstruct(join(at, 'state/outbox.db'));
      const camera = await CameraProgram.fast(at, identity, { broker: 'mqtts://127.0.0.1:9' });
      try {
        await camera.start();
        await until('standby', async () => (await camera.status()).state === 'standby');
        assert.equal((await camera.press('record')).code, 'recording-started');
        assert.equal((await camera.press('stop')).code, 'recording-stopped');
        assert.ok(existsSync(join(at, 'state/outbox.db')));
        assert.ok(await camera.stop());
      } finally {
        await camera.kill();
      }
    });
  }
});
