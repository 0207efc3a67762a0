import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { keepTracks, mapTracks, readTracks, WAV_CHUNK_BYTES } from '@mingjing/protocol';
import { MAX_COMMENT_BYTES, readComments, withComment } from '../../../device/core/jpeg-comment.ts';
import { keepInit } from '../../../device/core/keep-init.ts';
import { PcmReader } from '../../../device/core/pcm-reader.ts';
import { RunWatch } from '../../../device/core/run-watch.ts';
import { tonePiece, toneStartMs } from '../../../device/core/tone.ts';
import { plainFragment, plainInit } from '../../support/device-media.ts';

describe('PCM in pieces', () => {
  it('comes in whole chunks, then the rest in whole samples, nothing lost, however it arrives', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 150_000 }), { maxLength: 12 }), (sizes) => {
        const reader = new PcmReader();
        let n = 0;
        const all = sizes.map((size) => Uint8Array.from({ length: size }, () => n++ % 251));
        const pieces = all.flatMap((bytes) => reader.push(bytes));
        assert.ok(pieces.every(({ pcm }) => pcm.length === WAV_CHUNK_BYTES));
        pieces.push(...reader.flush());
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const joined = Buffer.concat(pieces.map(({ pcm }) => pcm));
        assert.deepEqual(joined, Buffer.concat(all).subarray(0, total - (total % 2)));
        pieces.forEach(({ startMs }, i) => assert.equal(startMs, pieces[i - 1]?.endMs ?? 0));
        assert.deepEqual(reader.flush(), []);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a comment in a JPEG', () => {
  const jpeg = Uint8Array.of(
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    1,
    2,
    0xff,
    0xdb,
    0,
    3,
    9,
    0xff,
    0xda,
    0,
    2,
    7,
    0xff,
    0xd9,
  );

  it('stands behind the first segment, and is read again', () => {
    const commented = withComment(jpeg, '{"警员":"031337"}');
    assert.deepEqual(readComments(commented), ['{"警员":"031337"}']);
    assert.deepEqual(commented.subarray(0, 8), jpeg.subarray(0, 8));
    assert.equal(commented.length, jpeg.length + 4 + new TextEncoder().encode('{"警员":"031337"}').length);
  });

  it('fits up to its greatest length, and not beyond', () => {
    const most = 'x'.repeat(MAX_COMMENT_BYTES);
    assert.deepEqual(readComments(withComment(jpeg, most)), [most]);
    assert.throws(() => withComment(jpeg, `${most}x`), RangeError);
  });

  it('is not put into something else', () => {
    for (const bytes of [new Uint8Array(0), jpeg.subarray(2), jpeg.subarray(0, -2), new Uint8Array(100)])
      assert.throws(() => withComment(bytes, 'x'), RangeError);
  });
});

describe('an init segment with fewer tracks', () => {
  it('is that of the tracks that stay, under their numbers', () => {
    const init = plainInit();
    const sound = keepInit(init, new Set([2]));
    assert.deepEqual(
      readTracks(sound).map(({ id, kind }) => [id, kind]),
      [[2, 'audio']],
    );
    assert.deepEqual(mapTracks(init, sound), new Map([[2, 2]]));
  });
});

describe('a tone', () => {
  it('goes on from piece to piece', () => {
    const [one, two] = [tonePiece(0), tonePiece(1)].map((pcm) => new DataView(pcm.buffer));
    assert.ok(one !== undefined && two !== undefined);
    const step = Math.abs(two.getInt16(0, true) - one.getInt16(WAV_CHUNK_BYTES - 2, true));
    assert.ok(step < 8_000 * 2 * Math.PI * (440 / 48_000) + 2);
    assert.equal(toneStartMs(3), 2_048);
  });
});

describe('a watch over a run', () => {
  const tracks = readTracks(plainInit());
  /** Fragments of 0.8 s with 20 pictures; sound falls behind by so many milliseconds in a second. */
  function watch(seconds: number, soundSlowerMs: number, picturesEveryMs = 800, asked = 25): string[] {
    const watching = new RunWatch(tracks, asked);
    const found: string[] = [];
    for (let n = 0; n * picturesEveryMs < seconds * 1000; n += 1) {
      const mono = (n + 1) * picturesEveryMs;
      const soundAfterMs = Math.max(0, 2_000 - (mono * soundSlowerMs) / 1000);
      const { moof, runs } = plainFragment({ mediaMs: n * 800, soundAfterMs, mono });
      found.push(...watching.take({ moof, runs }, mono).map(({ kind }) => kind));
    }
    return found;
  }

  it('finds nothing where all is well, for eight hours', () => {
    assert.deepEqual(watch(8 * 3600, 0), []);
  });

  it('says once that pictures come too slowly', () => {
    assert.deepEqual(watch(60, 0, 800, 32), ['frame-rate-low']);
    assert.deepEqual(watch(60, 0, 800, 31), []);
  });

  it('says that sound drifts at half of what is allowed, and begins anew before it is reached', () => {
    assert.deepEqual(watch(80, 10), ['sound-drifts']);
    assert.deepEqual(watch(120, 10), ['sound-drifts', 'begin-anew']);
  });

  it('says that both fall behind the clock', () => {
    // 0.8 s of media every 0.82 s.
    assert.deepEqual(watch(60, 0, 820, 20), ['sound-drifts']);
  });

  it('counts no pictures where none were asked for', () => {
    const init = keepInit(plainInit(), new Set([2]));
    const watching = new RunWatch(readTracks(init), 25);
    for (let n = 0; n < 40; n += 1) {
      const { moof, mdat } = plainFragment({ mediaMs: n * 800, mono: n * 800 });
      const kept = keepTracks(moof, mdat, new Map([[2, 2]]));
      assert.deepEqual(watching.take(kept, n * 800), []);
    }
  });
});
