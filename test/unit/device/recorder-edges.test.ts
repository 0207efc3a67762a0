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

describe('recorder: a microphone that comes and goes', () => {
  /** An hour in which the microphone dies `diesAfterMs` after each time it was taken in. */
  function live(diesAfterMs: number): { readonly pictureMs: number; readonly starts: number } {
    const bench = standby({ segmentSeconds: 10 }).press('record').fragments(1);
    const end = bench.mono + 3_600_000;
    let pictureMs = 0;
    let starts = 0;
    while (bench.mono < end) {
      const { phase, plan, readyMono, available } = bench.state.capture;
      if (phase === 'stopping') {
        bench.mono += 300;
        bench.captureStopped();
      } else if (phase === 'waiting') {
        bench.mono += 1_000;
        bench.mediaMs = 0;
        starts += 1;
        bench.captureReady({ sound: plan?.format === 'mp4' && plan.sound });
      } else {
        const { sound } = available;
        bench.fragments(1, { sources: { sound } });
        pictureMs += 800;
        if (bench.tick().latestTypes.includes('probe-sources')) bench.probed(true, true);
        if (sound && bench.mono - readyMono > diesAfterMs) bench.lose('sound');
      }
    }
    return { pictureMs, starts };
  }

  it('costs the picture little: it is asked less and less often, once a minute at least', () => {
    const { pictureMs, starts } = live(11_000);
    assert.ok(pictureMs > 0.96 * 3_600_000, `${pictureMs / 36_000} %`);
    assert.ok(starts <= 2 * 60, `${starts} starts`);
  });

  it('is looked for soon again, once it was well for five minutes', () => {
    const bench = standby().press('record').fragments(1);
    const goes = (): void => {
      bench.lose('sound').captureReady({ sound: false }).tick(5_000);
    };
    goes();
    bench.probed(true, true).captureStopped().captureReady().tick(11_000);
    goes();
    assert.ok(!bench.latestTypes.includes('probe-sources'), 'the pause has grown');
    bench.tick(5_000).probed(true, true).captureStopped().captureReady().fragments(375);
    goes();
    assert.ok(bench.latestTypes.includes('probe-sources'));
  });

  it('does not make a lost picture wait', () => {
    const bench = standby().press('record').fragments(1);
    for (let n = 0; n < 4; n += 1) {
      bench.lose('sound').captureReady({ sound: false }).tick(60_000);
      bench.probed(true, true).captureStopped().captureReady().tick(1_000);
    }
    bench.lose('picture').captureReady({ picture: false }).tick(5_000);
    assert.ok(bench.latestTypes.includes('probe-sources'));
  });
});

describe('recorder: a battery that says nothing for a moment', () => {
  it('is not warned of again for that', () => {
    const bench = standby();
    for (let n = 0; n < 3; n += 1) {
      bench.battery(15).happen({ type: 'power', charging: false, external: false });
      assert.deepEqual(bench.warnings, ['battery-low']);
    }
    assert.equal(bench.all('alarm').length, 1);
    bench.battery(15, true).battery(15);
    assert.equal(bench.all('alarm').length, 2, 'power from outside ended it');
  });
});

describe('recorder: a run of the capture that hangs', () => {
  const alarms = (bench: RecorderBench): string[] => bench.all('alarm').map(({ code }) => code);
  const wait = (bench: RecorderBench, ms: number): RecorderBench => {
    for (let passed = 0; passed < ms; passed += 500) bench.tick(500);
    return bench;
  };

  it('is told once, when it does not end, and nothing is promised meanwhile', () => {
    const bench = standby().press('record').fragments(1).press('stop').fragments(1);
    bench.closedByWorld().apply({ version: 1, picture: { framesPerSecond: 15 } });
    assert.equal(bench.mode, 'standby', 'other pictures come at once');
    wait(bench, 600_000);
    assert.deepEqual([bench.mode, alarms(bench)], ['fault', ['capture-lost']]);
    assert.equal(bench.press('record').answers.at(-1), 'capture-lost');
    bench.captureStopped().captureReady().fragments(1);
    assert.equal(bench.press('record').answers.at(-1), 'recording-started');
  });

  it('is begun anew, and told of, when it is up and silent', () => {
    const bench = wait(standby().fragments(20), 29_500);
    assert.deepEqual([bench.mode, alarms(bench)], ['standby', []]);
    wait(bench, 500);
    assert.deepEqual([bench.mode, alarms(bench)], ['fault', ['capture-lost']]);
    assert.ok(bench.latestTypes.includes('stop-capture'));
    bench.captureStopped();
    assert.deepEqual(bench.latestTypes, ['start-capture']);
    wait(bench.captureReady(), 30_000);
    assert.equal(alarms(bench).length, 1, 'the same trouble still');
  });

  it('does not keep a recording from going on when it has ended', () => {
    const bench = wait(standby().press('record').fragments(1), 31_000);
    assert.deepEqual(alarms(bench), ['capture-lost']);
    bench.captureStopped().captureReady().tick(500).fragments(1);
    assert.equal(bench.mode, 'recording');
  });
});
