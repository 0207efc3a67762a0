import assert from 'node:assert/strict';
import {
  concat,
  dataView,
  keepTracks,
  makeBox,
  ProtocolError,
  readRuns,
  readTracks,
  shiftDecodeTimes,
} from '@mingjing/protocol';
import { MAX_STRETCHES, StretchCutter } from '../../../central/core/stretches.ts';
import { FragmentReader } from '../../../device/core/fragment-reader.ts';
import { plainInit } from '../../support/device-media.ts';

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, n) => dataView(bytes).setUint32(4 * n, value));
  return bytes;
}
const repeat = (box: Uint8Array, count: number): Uint8Array =>
  concat(Array.from({ length: count }, () => box));
const tfhd = (track: number): Uint8Array => makeBox('tfhd', words(0x02_00_00, track));
const tfdt = (time: number): Uint8Array => makeBox('tfdt', words(0x01_00_00_00, 0, time));
const trun = (samples: number): Uint8Array => makeBox('trun', words(0x01_00, samples, ...Array.from({ length: samples }, () => 1000))); // prettier-ignore
const traf = (track: number, time = 0, runs = trun(1)): Uint8Array => makeBox('traf', tfhd(track), tfdt(time), runs); // prettier-ignore
const moofOf = (...trafs: readonly Uint8Array[]): Uint8Array => makeBox('moof', ...trafs);
const mdat = makeBox('mdat', new Uint8Array(8));
const BOTH = [
  { id: 1, timescale: 1000, kind: 'video' },
  { id: 2, timescale: 1000, kind: 'audio' },
] as const;

function refuses(take: () => unknown): void {
  assert.throws(take, (error) => error instanceof ProtocolError && error.code === 'bad-media');
}

describe('hostile footage', function () {
  this.timeout(20_000);

  it('of more tracks in one fragment than a camera has is refused, however many they are', () => {
    assert.equal(readRuns(moofOf(repeat(traf(1), 16))).length, 16);
    for (const count of [17, 1_000, 150_000]) {
      const moof = moofOf(repeat(traf(1), count));
      refuses(() => readRuns(moof));
      refuses(() => shiftDecodeTimes(moof, new Map()));
      refuses(() => keepTracks(moof, mdat, new Map([[1, 1]])));
      refuses(() => new StretchCutter(BOTH).take(moof));
      const reader = new FragmentReader();
      reader.push(plainInit());
      refuses(() => reader.push(concat([moof, mdat])));
    }
  });

  it('of more runs of a track than an encoder writes is refused', () => {
    const moof = moofOf(traf(1, 0, repeat(trun(1), 150_000)));
    refuses(() => readRuns(moof));
    refuses(() => keepTracks(moof, mdat, new Map([[2, 1]])));
  });

  it('of more tracks than a camera has is refused by its init segment', () => {
    refuses(() => readTracks(concat([makeBox('ftyp'), makeBox('moov', repeat(makeBox('trak'), 100_000))])));
  });

  it('of cut decode times is refused', () => {
    const cut = makeBox('traf', tfhd(1), makeBox('tfdt', words(0x01_00_00_00, 0)), trun(1));
    refuses(() => readRuns(moofOf(cut)));
    refuses(() => shiftDecodeTimes(moofOf(cut), new Map()));
  });

  it('whose tracks change with every fragment is given up after a bounded number of stretches', () => {
    const cutter = new StretchCutter(BOTH);
    refuses(() => {
      for (let n = 0; n < 200_000; n += 1) cutter.take(moofOf(traf(1 + (n % 2), n)));
    });
    assert.equal(cutter.stretches().length, MAX_STRETCHES);
  });
});
