import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { decodeEntry, readStamps, type Entry } from '@mingjing/protocol';
import type { Journal } from '../../../device/ports/journal.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { probe, withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram, joinSegments, judge } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';

const KILLS = 8;

describe('camera, when the power goes', function () {
  this.timeout(180_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  it(`keeps all it acknowledged through ${KILLS} kills at any moment, and signs what survived`, () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      const acknowledged = new Set<string>();
      const stopped = new Set<string>();
      let marks = 0;
      for (let round = 0; round < KILLS; round += 1) {
        await camera.start();
        const busy = (async () => {
          await until('standby', async () => (await camera.status()).state === 'standby');
          for (;;) {
            const { recording } = await camera.press('record');
            if (recording !== undefined) acknowledged.add(recording);
            await delay(Math.random() * 400);
            if ((await camera.press('mark')).ok) marks += 1;
            const { ok, recording: done } = await camera.press('stop');
            if (ok && done !== undefined) stopped.add(done);
          }
        })().catch(() => undefined);
        await delay(100 + Math.random() * 1_500);
        await camera.kill();
        await busy;
      }
      await camera.start();
      assert.ok(await camera.stop());
      const journal = camera.openJournal();
      const replay = auditJournal(journal, identity);
      const { recordings, objects } = replay;
      for (const recording of acknowledged)
        assert.ok(recordings.has(recording), 'no acknowledged recording is lost');
      for (const recording of stopped)
        assert.equal(recordings.get(recording)?.closed?.body.reason, 'stopped');
      const models = [...recordings.values()];
      assert.ok(
        models.every(({ closed }) => closed !== undefined),
        'every recording is closed',
      );
      assert.ok(models.reduce((sum, model) => sum + model.marks.length, 0) >= marks);
      assert.equal(replay.lost.size, 0);
      assert.deepEqual(
        camera.files(),
        journal
          .held()
          .map(({ file }) => file)
          .sort(),
        'files and journal agree',
      );
      assert.equal(journal.held().length, objects.size);
      let recovered = 0;
      for (const model of models) {
        recovered += model.segments.filter(({ content }) => content === undefined).length;
        const segments = camera.openSegments(journal, model, agency.unsealing);
        if (segments.length === 0) continue;
        const film = joinSegments(segments);
        readStamps(film);
        const played = await probe(film);
        assert.equal(played.complaints, '');
      }
      assert.ok(models.some(({ closed }) => closed?.body.reason === 'power-loss'));
      assert.ok(recovered > 0, 'an open segment was recovered');
      const { axes, findings } = await judge(camera, journal, agency.unsealing);
      const bad = findings.filter(({ severity }) => severity === 'fault');
      assert.deepEqual(bad, []);
      assert.equal(axes.signer, 'good');
      journal.close();
    }));

  it('loses less than a second of an open recording, wherever it is cut', () =>
    withDirectory(async (directory) => {
      const camera = new CameraProgram(directory, identity, {
        policy: { segmentSeconds: 10, preRecordSeconds: 1 },
      });
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds >= 1);
      await camera.press('record');
      await delay(2_000 + Math.random() * 800);
      const killed = Date.now();
      await camera.kill();
      await camera.start();
      await camera.stop();
      const journal = camera.openJournal();
      const [recording] = auditJournal(journal, identity).recordings.values();
      assert.equal(recording?.closed?.body.reason, 'power-loss');
      assert.equal(recording.segments.length, 1);
      const film = joinSegments(camera.openSegments(journal, recording, agency.unsealing));
      const { seconds } = await probe(film);
      const lost = (killed - Date.parse(recording.opened.body.start)) / 1000 - seconds;
      assert.ok(lost < 1, `${lost} s lost`);
      journal.close();
    }));

  it('may be killed again and again while it recovers', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      const { recording = '' } = await camera.press('record');
      await until('a second segment', async () => (await camera.status()).unreceipted >= 2);
      await camera.kill();
      for (let round = 0; round < 5; round += 1) {
        const started = camera.start().catch(() => undefined);
        await delay(150 + Math.random() * 350);
        await camera.kill();
        await started;
      }
      await camera.start();
      await camera.stop();
      const journal = camera.openJournal();
      const replay = auditJournal(journal, identity);
      assert.equal(replay.recordings.get(recording)?.closed?.body.reason, 'power-loss');
      assert.deepEqual(
        camera.files(),
        journal
          .held()
          .map(({ file }) => file)
          .sort(),
      );
      journal.close();
    }));

  it('clears away litter, and leaves alone all footage it cannot explain', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      const { recording = '' } = await camera.press('record');
      await camera.press('stop');
      await camera.kill();
      const never = 'f'.repeat(32);
      const litter = [`${never}.key.age`, `${never}.key.age.77.tmp`, 'probe.1234'];
      for (const name of litter) writeFileSync(join(camera.footage, name), 'left behind');
      await camera.start();
      await camera.kill();
      assert.ok(litter.every((name) => !existsSync(join(camera.footage, name))));
      const strange = [`${recording}.000099.age`, `${never}.000000.age`, `${never}.key.age`];
      for (const name of strange) writeFileSync(join(camera.footage, name), 'somebody put it here');
      await camera.start();
      await camera.stop();
      assert.ok(strange.every((name) => existsSync(join(camera.footage, name))));
      assert.match(camera.log(), /unexplained-file/);
      auditJournal(camera.openJournal(), identity);
    }));

  it('keeps every file of footage when its journal is gone, and sounds the alarm', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      await camera.press('record');
      await until('a segment is sealed', async () => (await camera.status()).unreceipted >= 2);
      await camera.press('stop');
      await camera.stop();
      const footage = camera.files();
      assert.ok(footage.length >= 2);
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(join(directory, `state/epoch-1/journal.db${suffix}`), { force: true });
      for (let starts = 1; starts <= 2; starts += 1) {
        await camera.start();
        await camera.stop();
        assert.deepEqual(camera.files(), footage);
        const journal = camera.openJournal();
        const alarms = entriesOf(journal).filter(
          (entry) => entry.type === 'alarm' && entry.code === 'unexplained-file',
        );
        assert.equal(alarms.length, starts, 'once a start');
        journal.close();
      }
    }));

  it('starts with directories among its footage', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      mkdirSync(join(camera.footage, 'lost+found'), { recursive: true });
      mkdirSync(join(camera.footage, `${'e'.repeat(32)}.000000.age`));
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      assert.ok((await camera.press('record')).ok);
      assert.ok(await camera.stop());
      assert.ok(existsSync(join(camera.footage, 'lost+found')));
    }));
});

function entriesOf(journal: Journal): Entry[] {
  return journal.entries(0, journal.size).flatMap((bytes) => {
    const read = decodeEntry(bytes);
    return read.known ? [read.entry] : [];
  });
}
