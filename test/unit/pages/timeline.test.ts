import assert from 'node:assert/strict';
import type { ChangeDetail } from '../../../central/core/review-shapes.ts';
import { lacksOf } from '../../../central/pages/src/recording/lacks.ts';
import fc from 'fast-check';
import {
  footageAfter,
  gapsOf,
  layOut,
  readPlaylist,
  toMedia,
  toRecording,
} from '../../../central/pages/src/recording/timeline.ts';
import { partsOf, playlistText } from '../../../central/core/playlist.ts';

const TEN = (segment: number): { segment: number; seconds: number } => ({ segment, seconds: 10 });

describe("a recording's time line", () => {
  it('reads what the archive writes into a playlist', () => {
    const start = '2026-01-01T00:00:00.000Z';
    const segments = [0, 1].map((index) => ({ index, start, seconds: 9.5, init: 'a', stretch: index }));
    const [part] = partsOf(segments);
    assert.ok(part !== undefined);
    assert.deepEqual(readPlaylist(playlistText(part, 0)), [
      { segment: 0, seconds: 9.5, at: start },
      { segment: 1, seconds: 9.5, at: start },
    ]);
  });

  it('joins segments that follow one another, whatever the wall clock did between them', () => {
    const walls = [0, 3610]; // set by an hour
    const { pieces, seconds } = layOut([[TEN(0), TEN(1)]], ({ segment }) => walls[segment], 20);
    assert.deepEqual(
      pieces.map(({ start }) => start),
      [0, 10],
    );
    assert.equal(seconds, 20);
  });

  it('leaves a gap where a segment is missing, and skips it when asked to go there', () => {
    const line = layOut([[TEN(0), TEN(2)]], ({ segment }) => segment * 10, 30);
    assert.deepEqual(gapsOf(line), [{ start: 10, end: 20 }]);
    assert.deepEqual(toMedia(line, 12), { part: 0, time: 10 });
    assert.equal(footageAfter(line, 5), 20);
    assert.equal(footageAfter(line, 25), undefined);
  });

  it('counts each part from nothing and the recording right through', () => {
    const walls = [0, 10, 45];
    const line = layOut([[TEN(0), TEN(1)], [TEN(2)]], ({ segment }) => walls[segment], 55);
    assert.deepEqual(toMedia(line, 50), { part: 1, time: 5 });
    assert.equal(toRecording(line, { part: 1, time: 5 }), 50);
    assert.deepEqual(gapsOf(line), [{ start: 20, end: 45 }]);
  });

  it('shows what was lost before the first segment as a gap', () => {
    const line = layOut([[TEN(1)]], () => 10, 20);
    assert.deepEqual(gapsOf(line), [{ start: 0, end: 10 }]);
    assert.deepEqual(toMedia(line, 0), { part: 0, time: 0 });
  });

  it('does not believe a wall clock that runs backwards', () => {
    const line = layOut([[TEN(0)], [TEN(1)]], ({ segment }) => (segment === 0 ? 0 : -500), 20);
    assert.equal(line.pieces[1]?.start, 10);
  });

  it('has no place for a moment of a recording without footage', () => {
    assert.equal(
      toMedia(
        layOut([], () => 0, 5),
        1,
      ),
      undefined,
    );
  });

  it('finds every moment of footage again on the way there and back', () => {
    const parts = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        parts,
        fc.double({ min: 0, max: 0.98, noNaN: true }),
        fc.nat(20),
        (lengths, share, pause) => {
          let segment = 0;
          const items = lengths.map((part) => part.map((seconds) => ({ segment: segment++, seconds })));
          const line = layOut(items, ({ segment }) => segment * (13 + pause), 0);
          for (const piece of line.pieces) {
            const time = piece.start + share * piece.seconds;
            const place = toMedia(line, time);
            assert.ok(place !== undefined);
            assert.equal(place.part, piece.part);
            assert.ok(Math.abs(toRecording(line, place) - time) < 0.06);
          }
        },
      ),
    );
  });
});

describe('what a recording lacks', () => {
  const change = (time: number, picture: boolean, sound: boolean): ChangeDetail => ({
    time,
    at: '2026-01-01T00:00:00.000Z',
    capture: { picture, sound, reason: 'x' },
  });
  const mute = (time: number, on: boolean): ChangeDetail => ({
    time,
    at: '2026-01-01T00:00:00.000Z',
    setting: { setting: 'mute', on },
  });

  it('is picture or sound, from where it was lost to where it came back', () => {
    assert.deepEqual(lacksOf([change(2, true, false), change(5, false, true), change(7, true, true)], 9), [
      { start: 2, end: 5, lack: 'sound' },
      { start: 5, end: 7, lack: 'picture' },
    ]);
    assert.deepEqual(lacksOf([change(3, false, true)], 9), [{ start: 3, end: 9, lack: 'picture' }]);
  });

  it('is sound while it is switched off', () => {
    assert.deepEqual(lacksOf([mute(1, true), mute(4, false)], 9), [{ start: 1, end: 4, lack: 'sound' }]);
  });

  it('is not what a gap is: there, both are missing', () => {
    assert.deepEqual(lacksOf([change(2, false, false), change(5, true, true)], 9), []);
    assert.deepEqual(lacksOf([], 9), []);
  });
});
