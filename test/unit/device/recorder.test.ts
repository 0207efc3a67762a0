import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readRuns, readStamps } from '@mingjing/protocol';
import { backOff, STABLE_MS } from '../../../device/core/capture-rules.ts';
import { STOP_GRACE_MS } from '../../../device/core/ticking.ts';
import { AUDIO, VIDEO } from '../../support/device-media.ts';
import { RecorderBench, RESERVE, SETTINGS } from '../../support/device-recorder.ts';

/** Each situation, as it comes about. */
const situations = {
  starting: () => new RecorderBench(),
  'waiting for the capture': () => new RecorderBench().happen({ type: 'recovered' }),
  standby: () => new RecorderBench().standby().fragments(2),
  recording: () => new RecorderBench().standby().fragments(2).press('record').fragments(1),
  stopping: () => new RecorderBench().standby().fragments(2).press('record').fragments(1).press('stop'),
  closing: () =>
    new RecorderBench().standby().fragments(2).press('record').fragments(1).press('stop').fragments(1),
  'capture lost': () => lose(new RecorderBench().standby().fragments(2)),
  'storage full': () =>
    new RecorderBench()
      .standby()
      .fragments(2)
      .level(RESERVE - 1),
  'storage failed': () =>
    new RecorderBench().standby().happen({ type: 'storage-failed', full: false, detail: 'EIO' }),
  off: () => new RecorderBench().standby().happen({ type: 'shutdown', reason: 'button' }),
} satisfies Record<string, () => RecorderBench>;
type Situation = keyof typeof situations;

function lose(bench: RecorderBench): RecorderBench {
  return bench.happen({ type: 'capture-ended', reason: 'ended', detail: 'unplugged' });
}

type Act = (bench: RecorderBench) => RecorderBench;
const off: Act = (bench) => bench.shutDown();
const failed: Act = (bench) => bench.storageFails();

describe('recorder', () => {
  it('answers every press, and says why nothing was done', () => {
    const said = (situation: Situation, button: 'record' | 'stop' | 'mark'): string | undefined =>
      situations[situation]().press(button).answers.at(-1);
    assert.equal(said('starting', 'record'), 'not-ready');
    assert.equal(said('capture lost', 'record'), 'capture-lost');
    assert.equal(said('storage full', 'record'), 'storage-full');
    assert.equal(said('storage failed', 'record'), 'storage-failed');
    assert.equal(said('off', 'record'), 'powered-off');
    assert.equal(said('recording', 'record'), 'already-recording');
    assert.equal(said('standby', 'stop'), 'not-recording');
    assert.equal(said('standby', 'mark'), 'nothing-to-mark');
  });

  it('takes what the ring holds into the recording, which begins where the ring begins', () => {
    const bench = new RecorderBench().standby().fragments(20);
    assert.equal(bench.ringMs, SETTINGS.policy.preRecordSeconds * 1000);
    bench.press('record');
    assert.equal(bench.all('append-fragment').length, 5);
    assert.equal(bench.all('open-recording')[0]?.start, '2026-11-20T08:00:12.000Z');
    assert.equal(bench.all('begin-segment')[0]?.start, '2026-11-20T08:00:12.000Z');
  });

  it('uses the ring up: no footage is in two recordings, and none between them is lost', () => {
    const bench = new RecorderBench().standby().fragments(3).press('record').fragments(2);
    bench.press('stop').press('record').fragments(1);
    const times = bench
      .all('append-fragment')
      .map(({ parts }) => readStamps(parts[0] ?? new Uint8Array())[0]);
    assert.deepEqual(
      times.map((stamp) => [stamp?.stamp.recording.at(-1), stamp?.time]),
      [
        ['1', 0],
        ['1', 800],
        ['1', 1600],
        ['1', 2400],
        ['1', 3200],
        ['3', 0],
      ],
    );
  });

  it('begins every recording at 0 and leaves sound as far behind the picture as it was', () => {
    const bench = new RecorderBench().standby().fragments(7, { soundAfterMs: 20 }).press('record');
    const first = bench.all('append-fragment')[0]?.parts[1] ?? new Uint8Array();
    const at = new Map(readRuns(first).map((run) => [run.track, run.decodeTime]));
    assert.equal(at.get(VIDEO.id), 0n);
    assert.equal(at.get(AUDIO.id), BigInt(AUDIO.timescale / 50));
  });

  it('cuts segments at the fragment boundary nearest the target, each beginning with the init segment', () => {
    const bench = new RecorderBench().standby().press('record').fragments(12).press('stop').fragments(1);
    const order = bench.commands.map(({ type }) => type).filter((type) => /segment|fragment/.test(type));
    const five = ['begin-segment', ...Array<string>(5).fill('append-fragment'), 'seal-segment'];
    assert.deepEqual(order, [
      ...five,
      ...five,
      'begin-segment',
      ...Array<string>(3).fill('append-fragment'),
      'seal-segment',
    ]);
    assert.deepEqual(
      bench.all('begin-segment').map(({ index }) => index),
      [0, 1, 2],
    );
    const ends = bench.all('seal-segment').map(({ end }) => end);
    assert.deepEqual(
      ends.slice(0, 2),
      bench
        .all('begin-segment')
        .slice(1)
        .map(({ start }) => start),
    );
  });

  it('stamps officer, device and the marks pressed since the last fragment', () => {
    const bench = new RecorderBench().standby().fragments(1).press('record');
    bench.press('mark').press('key-mark').fragments(2);
    const stamps = bench
      .all('append-fragment')
      .map(({ parts }) => readStamps(parts[0] ?? new Uint8Array())[0]?.stamp);
    assert.deepEqual(
      stamps.map((stamp) => stamp?.marks),
      [undefined, ['mark', 'key'], undefined],
    );
    assert.equal(stamps[0]?.officer, '110-77');
    assert.equal(stamps[0].device, 'cam-1');
  });

  it('ends with the fragment in which stop was pressed', () => {
    const bench = situations.recording();
    bench.mono += 500;
    bench.press('stop');
    bench.mono -= 500;
    bench.fragments(1);
    assert.equal(bench.mode, 'closing');
    assert.equal(bench.all('append-fragment').length, 4);
  });

  it('awaits the fragment in which stop was pressed behind one that was late', () => {
    const bench = situations.recording();
    bench.mono += 900;
    bench.press('stop');
    bench.mono -= 900;
    assert.equal(bench.fragments(1).mode, 'stopping');
    assert.equal(bench.fragments(1).mode, 'closing');
  });

  it('stops without the last fragment when none comes', () => {
    const bench = situations.stopping();
    bench.mono += STOP_GRACE_MS - 1;
    assert.deepEqual(bench.happen({ type: 'tick' }).latestTypes, []);
    bench.mono += 1;
    bench.happen({ type: 'tick' });
    assert.equal(bench.all('close-recording')[0]?.reason, 'stopped');
    assert.equal(bench.answers.at(-1), 'recording-stopped');
  });

  it('gives the true reason of a close', () => {
    const reason = (bench: RecorderBench): string | undefined => bench.all('close-recording')[0]?.reason;
    assert.equal(reason(lose(situations.stopping())), 'stopped');
    assert.equal(reason(situations.recording().level(0)), 'storage-full');
    assert.equal(reason(failed(situations.recording())), 'storage-fault');
    const full = { type: 'storage-failed', full: true, detail: 'ENOSPC' } as const;
    assert.equal(reason(situations.recording().happen(full)), 'storage-full');
    assert.equal(reason(off(situations.recording())), 'power-off');
  });

  it('tries a lost capture again, later each time, and tells of it once until it was well again', () => {
    const bench = new RecorderBench().standby();
    for (let n = 0; n < 8; n += 1) lose(bench).captureReady().fragments(1);
    assert.equal(bench.all('alarm').length, 1);
    const delays = bench.all('start-capture').map(({ delayMs }) => delayMs);
    assert.deepEqual(delays, [0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    bench.mono += STABLE_MS;
    lose(bench);
    assert.equal(bench.all('alarm').length, 2);
    assert.equal(bench.all('start-capture').at(-1)?.delayMs, backOff(1));
  });
});
