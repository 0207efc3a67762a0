import assert from 'node:assert/strict';
import { partsOf, playlistText, type PlayableSegment } from '../../../central/core/playlist.ts';
import { scanOf } from '../../../central/core/segment-scan.ts';
import { summarise, type RecordingCounts } from '../../../central/core/summaries.ts';
import { makeStampBox } from '../../../protocol/media/stamp.ts';
import { makeBox } from '../../../protocol/media/boxes.ts';
import { concat } from '../../../protocol/encoding/bytes.ts';
import { makeFilm } from '../../support/recording-builder.ts';

const start = '2026-11-21T08:00:00.000Z';
const segment = (index: number, init: string, seconds = 10): PlayableSegment => ({
  index,
  start,
  seconds,
  init,
});

describe('a playlist', () => {
  it('runs through the segments of one part, each with its length', () => {
    const [part] = partsOf([segment(0, 'a', 10.02), segment(1, 'a'), segment(2, 'a', 0.5)]);
    assert.ok(part);
    const text = playlistText(part, 0);
    assert.match(text, /^#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:11\n/);
    assert.match(text, /#EXT-X-MAP:URI="init\/0\.mp4"\n/);
    assert.match(text, /#EXTINF:10\.020,\nsegments\/0\.m4s\n/);
    assert.match(text, /#EXTINF:0\.500,\nsegments\/2\.m4s\n#EXT-X-ENDLIST\n$/);
  });

  it('begins a new part where the init segment changes, also when an old one comes back', () => {
    const parts = partsOf([segment(0, 'a'), segment(1, 'b'), segment(2, 'b'), segment(3, 'a')]);
    assert.deepEqual(
      parts.map(({ segments }) => segments.map(({ index }) => index)),
      [[0], [1, 2], [3]],
    );
  });
});

describe('footage that is refused', () => {
  const refusedAt = (index: number): PlayableSegment => ({ index, start, seconds: 10 });
  const shape = (segments: readonly PlayableSegment[]): [string, number[]][] =>
    partsOf(segments).map((part) => [part.init, part.segments.map(({ index }) => index)]);

  it('keeps its place in the playlist, so that a player comes to it and is told', () => {
    assert.deepEqual(shape([segment(0, 'a'), refusedAt(1), segment(2, 'b'), refusedAt(3)]), [
      ['a', [0, 1]],
      ['b', [2, 3]],
    ]);
    assert.deepEqual(shape([refusedAt(0), segment(1, 'a')]), [['a', [0, 1]]]);
  });

  it('makes no part of its own', () => {
    assert.deepEqual(shape([refusedAt(0), refusedAt(1)]), []);
    assert.deepEqual(shape([]), []);
  });
});

describe('a segment that is read through', () => {
  const stamp = (time: number, speed?: number): Uint8Array =>
    makeStampBox(
      {
        at: start,
        mono: time,
        device: 'cam-1',
        recording: '0'.repeat(32),
        clock: { source: 'gnss' },
        position: { lat: 31, lon: 121, age: 0, ...(speed === undefined ? {} : { speed }) },
      },
      time,
      0,
    );

  it('gives its init segment, its length and its way', async () => {
    const film = await makeFilm(3);
    const scan = scanOf('video', 'whole');
    scan.push(film.init);
    for (const [n, { moof, mdat }] of film.fragments.entries())
      scan.push(concat([stamp(n * 1000, 1.5), moof, mdat]));
    const { init, seconds, track } = scan.end();
    assert.deepEqual(init?.bytes, film.init);
    assert.ok(Math.abs(seconds - 3) < 0.1, `${seconds} s`);
    assert.deepEqual(
      track.map(({ time }) => time),
      [0, 1, 2],
    );
  });

  it('counts of a cut segment only fragments whose picture and sound are whole', async () => {
    const film = await makeFilm(3);
    const whole = concat([film.init, ...film.fragments.flatMap(({ moof, mdat }) => [stamp(0), moof, mdat])]);
    const scan = scanOf('video', 'survivors');
    scan.push(whole.subarray(0, whole.length - 10));
    const { seconds, track } = scan.end();
    assert.ok(Math.abs(seconds - 2) < 0.1, `${seconds} s`);
    assert.equal(track.length, 2);
  });

  it('cannot be played when its init segment did not survive', () => {
    const scan = scanOf('video', 'survivors');
    scan.push(makeBox('ftyp', new Uint8Array(8)));
    assert.equal(scan.end().init, undefined);
  });
});

describe('the summary of a recording', () => {
  const key = { device: 'cam-1', epoch: 1, recording: '0'.repeat(32) };
  const counts: RecordingCounts = {
    mode: 'video',
    start,
    end: '2026-11-21T08:01:40.500Z',
    segments: 3,
    segmentsHere: 2,
    marks: 1,
    keyMarked: false,
    bytes: 300,
  };

  it('says whether the recording goes on, arrives or is complete', () => {
    assert.equal(summarise(key, counts, true).state, 'recording');
    assert.equal(summarise(key, { ...counts, closed: 'stopped' }, false).state, 'arriving');
    assert.equal(summarise(key, { ...counts, closed: 'stopped', segmentsHere: 3 }, false).state, 'complete');
  });

  it('does not say that a recording goes on because it was never closed', () => {
    assert.equal(summarise(key, counts, false).state, 'arriving');
    assert.equal(summarise(key, { ...counts, segmentsHere: 3 }, false).state, 'arriving');
  });

  it('counts seconds from its own start and end, and never below nothing', () => {
    assert.equal(summarise(key, counts, false).seconds, 100.5);
    assert.equal(summarise(key, { ...counts, end: '2020-01-01T00:00:00.000Z' }, false).seconds, 0);
  });
});
