import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RecorderBench } from '../../support/device-recorder.ts';

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
