import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import {
  BoxSplitter,
  concat,
  freeBox,
  makeBox,
  makeStampBox,
  ProtocolError,
  readBoxes,
  readRuns,
  readStamps,
  readTracks,
  shiftDecodeTimes,
  splitInit,
  wholeFragments,
  type Stamp,
} from '@mingjing/protocol';

/** Three seconds of a test pattern and a tone, as the camera's encoder writes them. */
function realFootage(): Uint8Array {
  const args =
    '-v error -f lavfi -i testsrc2=size=320x180:rate=25:duration=3 -f lavfi -i sine=frequency=440:duration=3 ' +
    '-c:v libx264 -preset ultrafast -tune zerolatency -g 20 -keyint_min 20 -sc_threshold 0 -pix_fmt yuv420p -c:a aac ' +
    '-movflags +empty_moov+default_base_moof+frag_keyframe -f mp4 pipe:1';
  return execFileSync('ffmpeg', args.split(' '), { maxBuffer: 64 * 1024 * 1024 });
}

describe('fragmented MP4', function () {
  this.timeout(30_000);
  let file: Uint8Array;
  before(() => {
    file = realFootage();
  });

  it('is cut into the same boxes however the bytes arrive', () => {
    const expected = readBoxes(file).map((box) => [box.type, box.bytes.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }), (steps) => {
        const splitter = new BoxSplitter();
        const boxes = [];
        for (let at = 0, n = 0; at < file.length; n += 1) {
          const step = steps[n % steps.length] ?? 1;
          boxes.push(...splitter.push(file.subarray(at, at + step)));
          at += step;
        }
        assert.deepEqual(
          boxes.map((box) => [box.type, box.bytes.length]),
          expected,
        );
        assert.equal(splitter.pending, 0);
      }),
      { numRuns: 40 },
    );
  });

  it('tells its tracks and how long each fragment lasts', () => {
    const tracks = readTracks(splitInit(file).init);
    assert.deepEqual(tracks.map((track) => track.kind).sort(), ['audio', 'video']);
    const video = tracks.find((track) => track.kind === 'video');
    const runs = readBoxes(file)
      .filter((box) => box.type === 'moof')
      .flatMap((box) => readRuns(box.bytes))
      .filter((run) => run.track === video?.id);
    const seconds = (units: bigint): number => Number(units) / (video?.timescale ?? 1);
    assert.deepEqual(
      runs.slice(1).map((run) => seconds(run.duration)),
      [0.8, 0.8, 0.6],
    );
    // No gap and no overlap: each begins where the one before it ends.
    runs.reduce((end, run) => {
      assert.equal(run.decodeTime, end);
      return run.decodeTime + run.duration;
    }, 0n);
  });

  it('moves decode times of every track back, and never below zero', () => {
    const second = readBoxes(file).filter((box) => box.type === 'moof')[1]?.bytes ?? new Uint8Array();
    const runs = readRuns(second);
    const moved = shiftDecodeTimes(second, new Map(runs.map((run) => [run.track, run.decodeTime])));
    assert.deepEqual(
      readRuns(moved).map((run) => run.decodeTime),
      [0n, 0n],
    );
    assert.throws(() => shiftDecodeTimes(moved, new Map(runs.map((run) => [run.track, 1n]))), ProtocolError);
  });

  it('refuses boxes that lie about their size', () => {
    const huge = Uint8Array.from([0x7f, 0xff, 0xff, 0xff, ...Buffer.from('mdat')]);
    assert.throws(
      () => new BoxSplitter().push(huge),
      (error) => error instanceof ProtocolError && error.code === 'box-too-large',
    );
    for (const head of [
      [0, 0, 0, 0],
      [0, 0, 0, 7],
    ]) {
      assert.throws(
        () => new BoxSplitter().push(Uint8Array.from([...head, ...Buffer.from('free')])),
        ProtocolError,
      );
    }
    assert.throws(() => readBoxes(Uint8Array.from([0, 0, 0, 8, 1, 2, 3, 4])), ProtocolError);
    assert.throws(() => readBoxes(makeBox('free', new Uint8Array(9)).subarray(0, 10)), ProtocolError);
  });

  it('never fails in another way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const read of [readBoxes, readTracks, readRuns, splitInit, readStamps]) {
          try {
            read(bytes);
          } catch (error) {
            assert.ok(error instanceof ProtocolError, String(error));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('loses only the fragment that is cut', () => {
    const [init, first, second] = [
      freeBox(20),
      makeBox('mdat', new Uint8Array(4)),
      makeBox('mdat', new Uint8Array(9)),
    ];
    const all = concat([init, makeBox('moof'), first, freeBox(8), makeBox('moof'), second]);
    assert.equal(wholeFragments(all).length, all.length);
    assert.equal(wholeFragments(all.subarray(0, all.length - 1)).length, 20 + 8 + 12);
    assert.equal(wholeFragments(all.subarray(0, 30)).length, 0);
  });
});

describe('stamps', () => {
  const stamp: Stamp = {
    at: '2026-11-21T08:00:00.000Z',
    mono: 5,
    device: 'c-1',
    recording: 'a'.repeat(32),
    officer: '执法-001',
    clock: { source: 'free-running' },
    position: { lat: 31.2, lon: 121.5, age: 400 },
  };

  it('ride in the footage and come back as they went', () => {
    const content = concat([
      makeBox('ftyp'),
      makeStampBox(stamp, 800, 1),
      freeBox(8),
      makeStampBox(stamp, 1600, 2),
    ]);
    assert.deepEqual(readStamps(content), [
      { time: 800, stamp },
      { time: 1600, stamp },
    ]);
  });

  it('of others are left alone; ours that are broken are refused', () => {
    assert.deepEqual(readStamps(makeBox('emsg', new Uint8Array(60))), []);
    const broken = makeStampBox({ ...stamp, device: 'NOT AN ID' }, 0, 0);
    assert.throws(
      () => readStamps(broken),
      (error) => error instanceof ProtocolError && error.code === 'bad-stamp',
    );
  });
});
