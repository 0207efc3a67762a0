import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readRuns, readStamps } from '@mingjing/protocol';
import { RecorderBench, RESERVE } from '../../support/device-recorder.ts';

const standby = (policy: object = {}): RecorderBench =>
  RecorderBench.withPolicy(policy).standby().fragments(2);
const dock = (bench: RecorderBench, attached: boolean): RecorderBench =>
  bench.happen({ type: 'dock', attached });

describe('recorder: stop while another recording is to follow', () => {
  it('ends everything: what was to follow does not begin, and whoever waits for it is told', () => {
    const sound = standby().press('audio').captureStopped().soundReady().pieces(1);
    sound.press('record').press('stop').pieces(1).captureStopped().captureReady().fragments(2);
    assert.deepEqual(sound.answers, ['audio-started', 'recording-stopped', 'recording-stopped']);
    assert.equal(sound.all('open-recording').length, 1);
    const video = standby().press('record').fragments(1).press('audio').press('stop').fragments(1);
    assert.deepEqual(video.answers, ['recording-started', 'recording-stopped', 'recording-stopped']);
    assert.equal(video.state.active, undefined);
  });

  it('by an order lets the officer’s own begin', () => {
    const bench = standby({ startByOrder: true }).order('start').fragments(1).press('audio').order('stop');
    bench.fragments(1);
    assert.deepEqual(bench.answers, ['recording-started', 'recording-stopped', 'audio-started']);
    assert.equal(bench.state.active?.mode, 'audio');
  });
});

describe('recorder: the dock', () => {
  it('lets no recording begin behind the one that is just being stopped', () => {
    for (const begin of [
      (b: RecorderBench) => b.press('record'),
      (b: RecorderBench) => b.press('audio'),
      (b: RecorderBench) => b.order('start'),
    ]) {
      const bench = standby({ startByOrder: true }).press('record').fragments(1).press('stop');
      begin(dock(bench, true)).fragments(2);
      assert.deepEqual(bench.answers.toSorted(), ['docked', 'recording-started', 'recording-stopped']);
      assert.equal(bench.all('open-recording').length, 1);
    }
  });

  it('ends for good what nothing came into any more, and what waits to go on', () => {
    const inDock = dock(standby().press('record').fragments(1), true).lose().tick(31_000);
    assert.equal(inDock.state.resume, undefined);
    const waiting = standby().press('record').fragments(1).lose().tick(31_000);
    assert.notEqual(waiting.state.resume, undefined);
    for (const bench of [inDock, dock(waiting, true)]) {
      dock(bench.captureStopped().closedByWorld(), false).captureReady().tick(500).fragments(2);
      assert.equal(bench.mode, 'standby');
      assert.equal(bench.all('open-recording').length, 1);
    }
  });
});

describe('recorder: a policy that wants less of before the press', () => {
  it('lets go at once of what is too old', () => {
    const bench = standby({ preRecordSeconds: 60, version: 1 }).fragments(50);
    bench.apply({ version: 2, preRecordSeconds: 4 });
    assert.equal(bench.ringMs, 4_000);
    bench.apply({ version: 3, preRecordSeconds: 0 });
    assert.equal(bench.ringMs, 0);
    assert.equal(bench.press('record').all('append-fragment').length, 0);
  });

  it('lets go at once of its sound', () => {
    const bench = standby({ version: 1 }).fragments(5);
    bench.apply({ version: 2, preRecordSound: false }).press('record');
    const early = bench.all('append-fragment');
    assert.equal(early.length, 5);
    for (const { parts } of early) assert.equal(readRuns(parts[1] ?? new Uint8Array()).length, 1);
  });
});

describe('recorder: what a file of sound alone, a timeline and a full medium need', () => {
  it('is a new file behind a piece that is no whole chunk: nothing could be put behind it', () => {
    const bench = standby().press('audio').captureStopped().soundReady();
    bench.pieces(2).pieces(1, 20_000).pieces(1);
    assert.deepEqual(
      bench.commands.flatMap((one) => {
        if (one.type === 'append-fragment') return [one.last ? 'last' : 'piece'];
        return one.type === 'begin-segment' || one.type === 'seal-segment' ? [one.type] : [];
      }),
      [...['begin-segment', 'piece', 'piece', 'last', 'seal-segment'], ...['begin-segment', 'piece']],
    );
  });

  it('is never two pictures in one place, though the next run seems to begin before the last one ended', () => {
    const bench = standby().press('record').fragments(1).lose();
    bench.mediaMs = 0;
    bench.mono -= 500;
    bench.captureReady().fragments(2);
    const times = bench
      .all('append-fragment')
      .map(({ parts }) => readStamps(parts[0] ?? new Uint8Array())[0]?.time);
    assert.deepEqual(times, [0, 800, 1_600, 2_400, 3_200]);
  });

  it('is half a reserve more, once it was full, before anything is recorded again', () => {
    const bench = standby()
      .level(RESERVE - 1)
      .level(1.5 * RESERVE - 1);
    assert.equal(bench.mode, 'storage-full');
    assert.equal(bench.press('record').answers.at(-1), 'storage-full');
    assert.equal(bench.level(1.5 * RESERVE).mode, 'standby');
  });
});

describe('recorder: a recording that goes on in another', () => {
  it('keeps the sound of its first fragment where none of before a press is kept', () => {
    for (const between of [1_000, 31_000]) {
      const bench = standby({ preRecordSound: false }).press('record').fragments(2).lose().tick(between);
      bench.mediaMs = 0;
      bench.captureReady({ codec: 'othr' });
      bench.mono -= 500;
      bench.fragments(1).tick(500).fragments(1);
      assert.equal(bench.all('open-recording').length, 2);
      const sounds = bench
        .all('append-fragment')
        .map(({ parts }) => readRuns(parts[1] ?? new Uint8Array()).length);
      assert.deepEqual(sounds.slice(-1), [2]);
      if (between === 1_000) assert.deepEqual(sounds.slice(-2), [2, 2]);
    }
  });
});
