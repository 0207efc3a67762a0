import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { readStamps } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { probe, withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram, joinSegments, judge } from '../../support/device-program.ts';
import { playNmea } from '../../support/nmea-player.ts';
import { until } from '../../support/processes.ts';

describe('camera, as a program', function () {
  this.timeout(90_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  it('records picture, sound, position and marks, with the seconds before the press; all of it opens and plays', () =>
    withDirectory(async (directory) => {
      const gps = await playNmea(directory);
      const camera = new CameraProgram(directory, identity, {
        policy: { preRecordSeconds: 4, segmentSeconds: 3 },
        gps: { kind: 'nmea', path: gps.path, baudRate: 9600 },
        officer: { number: '110-77', name: '示例' },
      });
      try {
        await camera.start();
        await until('a full ring', async () => (await camera.status()).ringSeconds >= 4);
        const began = Date.now();
        const pressed = await camera.press('record');
        const acknowledged = Date.now();
        assert.ok(pressed.ok && pressed.recording !== undefined);
        assert.equal((await camera.press('record')).code, 'hold-to-stop');
        await until('three segments', async () => (await camera.status()).unreceipted >= 3);
        assert.equal((await camera.press('key-mark')).code, 'key-marked');
        const stopPressed = Date.now();
        assert.equal((await camera.press('stop')).code, 'recording-stopped');
        assert.equal((await camera.press('stop')).code, 'not-recording');
        assert.ok(await camera.stop(), 'it ends when asked');

        const journal = camera.openJournal();
        const replay = auditJournal(journal, identity);
        assert.deepEqual([...replay.recordings.keys()], [pressed.recording]);
        const [recording] = replay.recordings.values();
        assert.ok(recording !== undefined);
        assert.equal(recording.closed?.body.reason, 'stopped');
        assert.equal(recording.marks[0]?.body.kind, 'key');
        assert.ok(Math.abs((recording.marks[0].body.position?.lat ?? 0) - 31.23) < 0.1);
        const opened = Date.parse(recording.opened.body.at);
        assert.ok(opened >= began - 1 && opened <= acknowledged, 'answered when it was durable');

        for (const { content, object, size } of recording.segments) {
          assert.ok(content !== undefined);
          const file = readFileSync(join(camera.footage, journal.object(object)?.file ?? ''));
          assert.equal(file.length, size);
          assert.equal(createHash('sha256').update(file).digest('hex'), object);
          assert.equal(file.subarray(0, 21).toString(), 'age-encryption.org/v1');
        }
        const segments = camera.openSegments(journal, recording, agency.unsealing);
        for (const [n, segment] of segments.entries()) {
          const played = await probe(segment);
          assert.equal(played.complaints, '', `segment ${n} plays by itself`);
        }
        const film = joinSegments(segments);
        const played = await probe(film);
        assert.deepEqual(played.codecs, ['h264', 'aac']);
        assert.equal(played.complaints, '');
        assert.equal(played.startSeconds, 0);
        const wanted = 4 + (stopPressed - acknowledged) / 1000;
        assert.ok(
          played.seconds > wanted - 0.2 && played.seconds < wanted + 2.5,
          `${played.seconds} s of ${wanted}`,
        );
        assert.ok(Math.abs(played.frames / 25 - played.seconds) < 0.2, 'no picture is missing');

        const stamps = readStamps(film);
        assert.ok(
          stamps.every(({ stamp }) => stamp.recording === recording.recording && stamp.officer === '110-77'),
        );
        assert.equal(stamps[0]?.time, 0);
        stamps.slice(1).forEach(({ time }, n) => {
          const step = time - (stamps[n]?.time ?? 0);
          assert.ok(step > 700 && step < 900, `${step} ms between stamps`);
        });
        assert.ok(stamps.at(-1)?.stamp.position !== undefined);
        assert.ok(stamps.some(({ stamp }) => stamp.marks?.includes('key') === true));
        assert.equal(stamps[0].stamp.at, recording.opened.body.start);
        assert.ok(began - Date.parse(recording.opened.body.start) >= 4_000, 'pre-event footage is in it');
        assert.equal(journal.last?.type, 'power-off');
        const { axes, counts } = await judge(camera, journal, agency.unsealing);
        assert.deepEqual(
          [axes.integrity, axes.signer, axes.sequence, axes.coverage],
          ['good', 'good', 'good', 'good'],
        );
        assert.equal(counts.segments, segments.length);
        journal.close();
      } finally {
        await camera.stop();
        await gps.close();
      }
    }));

  it('keeps what is open to itself: directories 0700, files 0600, no secret in log or journal', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      await until('standby', async () => (await camera.status()).state === 'standby');
      await camera.press('record');
      await camera.press('stop');
      await camera.stop();
      assert.equal(statSync(camera.footage).mode & 0o777, 0o700);
      for (const file of camera.files())
        assert.equal(statSync(join(camera.footage, file)).mode & 0o777, 0o600);
      assert.doesNotMatch(camera.log(), /AGE-SECRET-KEY/);
      const everything = readFileSync(join(directory, 'state/epoch-1/journal.db'));
      assert.equal(everything.indexOf('AGE-SECRET-KEY'), -1);
    }));

  it('closes the recording when it is told to end, and says power-off', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      await until('standby', async () => (await camera.status()).ringSeconds > 1);
      await camera.press('record');
      assert.deepEqual(await camera.ask('POST', '/shutdown'), { ok: true });
      await until('the process is gone', () => !camera.running);
      const journal = camera.openJournal();
      const [recording] = auditJournal(journal, identity).recordings.values();
      assert.equal(recording?.closed?.body.reason, 'power-off');
      assert.ok(recording.segments.length > 0);
      assert.equal(journal.last?.type, 'power-off');
      journal.close();
    }));

  it('lets no web page press its buttons', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      await camera.start();
      const ask = (headers: Record<string, string>, body = '{"button":"record"}'): Promise<number> =>
        new Promise((resolve, reject) => {
          const options = {
            port: camera.control,
            host: '127.0.0.1',
            path: '/press',
            method: 'POST',
            headers,
          };
          const outgoing = request(options, (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          });
          outgoing.once('error', reject);
          outgoing.end(body);
        });
      assert.equal(await ask({ origin: 'https://evil.example' }), 403);
      assert.equal(await ask({ host: 'evil.example' }), 403);
      assert.equal(await ask({ host: `localhost:${camera.control}`, origin: 'null' }), 403);
      assert.equal(await ask({}, '{"button":"erase"}'), 400);
      assert.equal(await ask({}, '{"button":"record","more":1}'), 400);
      assert.equal(await ask({}, 'x'.repeat(10_000)), 413);
      assert.equal((await camera.status()).journalSize, 1);
      await camera.stop();
    }));
});
