import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readStamps, splitPem, type EntryOf } from '@mingjing/protocol';
import { Fleet } from '../../support/fleet.ts';
import { MainJob, PRE_RECORD_SECONDS, RECORD_MS } from '../../support/main-job.ts';
import { until } from '../../support/processes.ts';
import { mingjing } from '../../support/server-room.ts';
import { describeStrangers } from './strangers.ts';
import { describeTampering } from './tampering.ts';

describe('the main job, end to end', function () {
  this.timeout(180_000);
  let directory: string;
  let fleet: Fleet;
  let recording: string;
  let job: MainJob;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-main-job-'));
    fleet = await Fleet.prepare({ directory, preRecordSeconds: PRE_RECORD_SECONDS, segmentSeconds: 4 });
    await fleet.start();
    await until('pre-record', async () => (await fleet.status()).ringSeconds >= PRE_RECORD_SECONDS - 0.8);
    const pressed = await fleet.press('record');
    assert.ok(pressed.ok);
    recording = pressed.recording ?? assert.fail('no recording');
    await delay(RECORD_MS / 2);
    assert.ok((await fleet.press('mark')).ok);
    await delay(RECORD_MS / 2);
    assert.ok((await fleet.press('stop')).ok);
    await fleet.attach(true);
    await until('the camera is cleared', async () => (await fleet.status()).unreceipted === 0, 60_000);
    job = new MainJob(fleet, await fleet.export(recording), splitPem(readFileSync(fleet.root, 'utf8')));
  });
  after(async () => {
    const clean = await fleet.stop();
    rmSync(directory, { recursive: true, force: true });
    assert.ok(clean, 'every program ended when it was asked to');
  });

  it('ends in an export that mingjing verify says yes to, with only the agency’s root', async () => {
    assert.match(await mingjing('verify', job.bag, '--root', fleet.root, '--lang', 'en'), /^✔ /);
    const verdict = await job.verdictOf(job.bag);
    assert.equal(verdict.answer, 'good');
    assert.deepEqual(
      verdict.findings.filter(({ severity }) => severity === 'fault'),
      [],
    );
  });

  it('holds the pre-record, the mark and the position', () => {
    const [opened] = job.entries<EntryOf<'recording-opened'>>('recording-opened');
    const [closed] = job.entries<EntryOf<'recording-closed'>>('recording-closed');
    assert.ok(opened && closed);
    const before = Date.parse(opened.at) - Date.parse(opened.start);
    assert.ok(before >= (PRE_RECORD_SECONDS - 1.6) * 1000, `${before} ms of pre-record`);
    assert.deepEqual([closed.reason, closed.marks], ['stopped', 1]);
    const stamps = readStamps(readFileSync(job.video()));
    assert.ok(stamps.length >= 12);
    assert.ok(stamps.some(({ stamp }) => Math.abs((stamp.position?.lat ?? 0) - 31.23) < 0.01));
  });

  it('frees the camera: no object is left on it', () => {
    const left = execFileSync('find', [fleet.path('state/camera'), '-name', '*.age'], { encoding: 'utf8' });
    assert.equal(left, '');
  });

  it('leaves no footage on the dock', () => {
    const dock = fleet.path('state/dock');
    const sealed = spawnSync('grep', ['-rlaF', 'age-encryption.org/v1', dock], { encoding: 'utf8' });
    assert.deepEqual([sealed.status, sealed.stdout], [1, ''], 'no file begins or holds a sealed object');
    // A write-ahead log of messages may be large; what it holds was looked through above.
    const large = ['-type', 'f', '-size', '+200k', '!', '-name', '*.sqlite-wal'];
    assert.equal(execFileSync('find', [dock, ...large], { encoding: 'utf8' }), '');
  });

  describeTampering(() => job);
  describeStrangers(() => job);
});
