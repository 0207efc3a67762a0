import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { toBase64 } from '@mingjing/protocol';
import { openDatabase } from '@mingjing/runtime';
import { JOURNAL_MIGRATIONS } from '../../../device/core/journal-schema.ts';
import type { Journal } from '../../../device/ports/journal.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { auditJournal, fakeObject, openJournal } from '../../support/device-journal.ts';
import { REPOSITORY } from '../../support/processes.ts';

const AT = '2026-11-20T08:00:00.000Z';
const RECORDING = 'a'.repeat(32);
const RECIPIENT = `age1${'q'.repeat(58)}`;
const POWER_ON = { type: 'power-on', device: 'cam-1', epoch: 1, software: 'test', cause: 'start' } as const;

describe('journal', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  /** Writes until killed; gives the last size and root that were said to be durable. */
  async function writeAndKill(path: string, afterMs: number): Promise<{ size: number; root: string }> {
    const script = join(REPOSITORY, 'test/support/device-journal-writer.ts');
    const child = spawn(process.execPath, [script, path, identity], { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = '0 ';
    const lines = createInterface({ input: child.stdout });
    const begun = once(lines, 'line');
    lines.on('line', (line) => (last = line));
    await begun;
    await delay(afterMs);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    const [size = '0', root = ''] = last.split(' ');
    return { size: Number(size), root };
  }

  /** What a failing medium, or somebody with a tool, might do. */
  function bend(path: string, sql: string): void {
    const database = openDatabase(path, JOURNAL_MIGRATIONS);
    database.exec(sql);
    database.close();
  }

  it('keeps all that it said was durable, through ten kills, and contradicts nothing it ever signed', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'journal.db');
      for (let round = 0; round < 10; round += 1) {
        const said = await writeAndKill(path, Math.random() * 150);
        const journal = openJournal(path, identity);
        assert.ok(journal.size >= said.size, `${journal.size} of at least ${said.size} entries`);
        assert.equal(toBase64(journal.rootAt(said.size)), said.root);
        auditJournal(journal, identity);
        // What is beside the journal says the same as the journal.
        for (const { recording } of journal.openRecordings()) {
          const { segments, marks } =
            journal.openRecordings().find((one) => one.recording === recording) ?? {};
          const reason = 'power-loss';
          for (const one of journal.openSegments()) journal.forgetSegment(one.recording, one.index);
          journal.append({ ...POWER_ON, cause: 'after-power-loss' });
          journal.append({
            type: 'recording-closed',
            recording,
            reason,
            segments: segments ?? 0,
            marks: marks ?? 0,
            end: AT,
          });
        }
        const replay = auditJournal(journal, identity);
        assert.deepEqual(
          journal.held().map(({ object }) => object),
          [...replay.objects.keys()],
        );
        journal.close();
      }
    }));

  it('is one process at a time', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'journal.db');
      const journal = openJournal(path, identity);
      journal.append(POWER_ON);
      assert.throws(() => openJournal(path, identity), { code: 'storage-failed' });
      journal.close();
      openJournal(path, identity).close();
      await Promise.resolve();
    }));

  it('refuses to go on when an entry, a root or the frontier is not what it was', () =>
    withDirectory(async (directory) => {
      const bends = [
        `UPDATE entries SET bytes = CAST(replace(bytes, 'test', 'best') AS BLOB) WHERE position = 1`,
        `UPDATE entries SET root = zeroblob(32) WHERE position = 2`,
        `DELETE FROM entries WHERE position = 1`,
        `DELETE FROM entries WHERE position = 3`,
        `UPDATE journal SET frontier = zeroblob(32)`,
        `UPDATE journal SET size = 3`,
      ];
      for (const [n, sql] of bends.entries()) {
        const path = join(directory, `journal-${n}.db`);
        const journal = openJournal(path, identity);
        for (let entry = 0; entry < 4; entry += 1) journal.append(POWER_ON);
        journal.close();
        bend(path, sql);
        assert.throws(() => openJournal(path, identity), { code: 'journal-inconsistent' }, sql);
      }
      await Promise.resolve();
    }));

  it('refuses the journal of another camera', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'journal.db');
      openJournal(path, identity).close();
      const { SqliteJournal } = await import('../../../device/adapters/sqlite-journal/sqlite-journal.ts');
      const { SystemClock } = await import('../../../device/adapters/system-clock.ts');
      const { loadEvidenceIdentity } = await import('@mingjing/runtime');
      const { signer } = loadEvidenceIdentity(identity, 'camera');
      for (const name of [
        { device: 'cam-2', epoch: 1 },
        { device: 'cam-1', epoch: 2 },
      ])
        assert.throws(() => new SqliteJournal(path, name, signer, new SystemClock()), {
          code: 'journal-of-another',
        });
    }));

  it('follows its objects from named to released to gone, and forgets begun segments when they are named', () =>
    withDirectory(async (directory) => {
      const journal = openJournal(join(directory, 'journal.db'), identity);
      const clock = { source: 'free-running' } as const;
      const key = { recipient: RECIPIENT, ...fakeObject('key') };
      const segment = fakeObject('segment');
      journal.append(POWER_ON);
      journal.append(
        { type: 'recording-opened', recording: RECORDING, mode: 'video', cause: 'button', start: AT, key },
        'key.age',
      );
      journal.beginSegment({ recording: RECORDING, index: 0, file: 's0.age', start: AT, clock });
      assert.equal(journal.openSegments().length, 1);
      journal.append(
        { type: 'segment-recovered', recording: RECORDING, index: 0, ...segment, start: AT, clock },
        's0.age',
      );
      assert.deepEqual(journal.openSegments(), []);
      journal.append({ type: 'marked', recording: RECORDING, kind: 'mark' });
      assert.deepEqual(journal.openRecordings(), [
        { recording: RECORDING, segments: 1, marks: 1, start: AT },
      ]);
      assert.deepEqual(journal.heldSummary(), { objects: 2, bytes: key.size + segment.size });
      const receipt = { archive: 'archive-1', size: 3, root: toBase64(journal.rootAt(3)) };
      journal.append({ type: 'object-released', objects: [segment.object], receipt });
      assert.deepEqual(journal.releasedFiles(), ['s0.age']);
      assert.equal(journal.object(segment.object), undefined);
      journal.forgetFiles(['s0.age']);
      assert.deepEqual(journal.releasedFiles(), []);
      journal.append({ type: 'object-lost', object: key.object, reason: 'file-missing' });
      assert.deepEqual(journal.held(), []);
      journal.close();
      await Promise.resolve();
    }));

  it('knows how heavily each recording is marked, also of what an older version wrote', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'journal.db');
      const journal = openJournal(path, identity);
      const recordings = ['1', '2', '3'].map((digit) => digit.repeat(32));
      const [, marked = '', key = ''] = recordings;
      for (const recording of recordings)
        journal.append(
          {
            type: 'recording-opened',
            recording,
            mode: 'video',
            cause: 'button',
            start: AT,
            key: { recipient: RECIPIENT, ...fakeObject(recording) },
          },
          `${recording}.age`,
        );
      for (const kind of ['mark', 'key', 'mark'] as const)
        journal.append({ type: 'marked', recording: key, kind });
      journal.append({ type: 'marked', recording: marked, kind: 'mark' });
      const marks = (from: Journal): unknown[] => recordings.map((one) => from.markOf(one));
      assert.deepEqual(marks(journal), [undefined, 'mark', 'key']);
      journal.close();
      bend(
        path,
        `ALTER TABLE recordings DROP COLUMN key_marked; ALTER TABLE open_segments DROP COLUMN acknowledged;
         ALTER TABLE objects DROP COLUMN released;
         PRAGMA user_version = 2`,
      );
      const again = openJournal(path, identity);
      assert.deepEqual(marks(again), [undefined, 'mark', 'key']);
      again.close();
      await Promise.resolve();
    }));

  it('hashes at its start what came since the last anchor, and an old root when it is asked for', () =>
    withDirectory((directory) => {
      const path = join(directory, 'journal.db');
      const sizes = { anchorEvery: 8, kept: 16 };
      const open = (): ReturnType<typeof openJournal> => openJournal(path, identity, undefined, sizes);
      const journal = open();
      for (let entry = 0; entry < 21; entry += 1) journal.append(POWER_ON);
      const roots = Array.from({ length: 22 }, (_, size) => toBase64(journal.rootAt(size)));
      journal.close();
      const again = open();
      auditJournal(again, identity);
      assert.equal(again.audit(), 21);
      again.close();
      bend(path, `UPDATE entries SET root = zeroblob(32) WHERE position = 4`);
      const bent = open();
      assert.throws(() => bent.checkpointAt(5), { code: 'journal-inconsistent' });
      assert.throws(() => bent.audit(), { code: 'journal-inconsistent' });
      for (const size of [0, 3, 4, 8, 9, 16, 21]) assert.equal(toBase64(bent.rootAt(size)), roots[size]);
      bent.append(POWER_ON);
      bent.close();
      bend(path, `UPDATE anchors SET frontier = zeroblob(64) WHERE size = 16`);
      assert.throws(open, { code: 'journal-inconsistent' });
      return Promise.resolve();
    }));

  it('drops what an archive has held for long, and goes on from there without a seam', () =>
    withDirectory((directory) => {
      const path = join(directory, 'journal.db');
      const sizes = { anchorEvery: 8, kept: 16 };
      const whole = openJournal(path, identity, undefined, sizes);
      for (let entry = 0; entry < 50; entry += 1) whole.append(POWER_ON);
      const roots = Array.from({ length: 51 }, (_, size) => toBase64(whole.rootAt(size)));
      whole.settle(20);
      assert.equal(whole.first, 0);
      whole.settle(45);
      assert.equal(whole.first, 24);
      assert.throws(() => whole.entries(23, 1), RangeError);
      assert.equal(whole.entries(24, 1).length, 1);
      whole.close();
      const journal = openJournal(path, identity, undefined, sizes);
      assert.deepEqual([journal.first, journal.size, journal.audit()], [24, 50, 26]);
      assert.throws(() => journal.rootAt(24), RangeError);
      for (let size = 25; size <= 50; size += 1) assert.equal(toBase64(journal.rootAt(size)), roots[size]);
      journal.append(POWER_ON);
      journal.settle(1_000);
      assert.equal(journal.first, 32);
      assert.equal(journal.audit(), 19);
      journal.close();
      return Promise.resolve();
    }));

  it('never lets time within a boot run backwards, and appends nothing it cannot encode', () =>
    withDirectory(async (directory) => {
      const journal = openJournal(join(directory, 'journal.db'), identity);
      journal.append(POWER_ON);
      assert.throws(() => journal.append({ ...POWER_ON, epoch: 0 }), { code: 'bad-entry' });
      assert.equal(journal.size, 1);
      for (let n = 0; n < 50; n += 1) journal.append({ type: 'alarm', code: 'test' });
      auditJournal(journal, identity);
      journal.close();
      await Promise.resolve();
    }));
});
