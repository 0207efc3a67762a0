import assert from 'node:assert/strict';
import { concat, keepInitTracks, keepTracks, readTracks, splitInit, type Track } from '@mingjing/protocol';
import { partsOf, soundPartsOf, type PlayableSegment } from '../../../central/core/playlist.ts';
import { scanOf } from '../../../central/core/segment-scan.ts';
import type { Stretch } from '../../../central/core/stretches.ts';
import { makeFilm, type Film } from '../../support/recording-builder.ts';

const start = '2026-11-21T08:00:00.000Z';

describe('a segment that does not have everything all the time', () => {
  let film: Film;
  let ids: ReadonlyMap<Track['kind'], number>;
  before(async function () {
    this.timeout(30_000);
    film = await makeFilm(8);
    ids = new Map(readTracks(film.init).map(({ kind, id }) => [kind, id]));
  });

  /** `V`: picture alone, `A`: sound alone, `B`: both, `-`: a second that is not there. */
  function stretchesOf(pattern: string): readonly Stretch[] {
    const scan = scanOf('video', 'whole');
    scan.push(film.init);
    for (const [n, what] of Array.from(pattern).entries()) {
      const fragment = film.fragments[n] ?? assert.fail();
      const kept = new Map<number, number>();
      for (const [letter, kind] of [
        ['V', 'video'],
        ['A', 'audio'],
      ] as const)
        // prettier-ignore
        if (what === letter || what === 'B') kept.set(ids.get(kind) ?? 0, ids.get(kind) ?? 0);
      if (what === '-') continue;
      const { moof, mdat } = keepTracks(fragment.moof, fragment.mdat, kept);
      scan.push(concat([moof, mdat]));
    }
    return scan.end().stretches;
  }
  const shape = (pattern: string): string[] =>
    stretchesOf(pattern).map(
      ({ picture, sound, seconds }) =>
        `${picture ? 'picture' : ''}${sound ? 'sound' : ''} ${Math.round(seconds)}`,
    );

  it('is one stretch if it has', () => {
    assert.deepEqual(shape('BBB'), ['picturesound 3']);
    assert.deepEqual(shape('VV'), ['picture 2']);
    assert.deepEqual(shape('AA'), ['sound 2']);
  });

  it('is cut where sound or picture ends and where it comes back', () => {
    assert.deepEqual(shape('BBVVBA'), ['picturesound 2', 'picture 2', 'picturesound 1', 'sound 1']);
  });

  it('is cut where time is missing', () => {
    assert.deepEqual(shape('BB--BB'), ['picturesound 2', 'picturesound 2']);
    const [one, two] = stretchesOf('BB--BB');
    assert.ok(Math.abs((two?.from ?? 0) - (one?.from ?? 0) - 4) < 0.1);
  });

  it('is as long as from its begin to its end', () => {
    const scan = scanOf('video', 'whole');
    scan.push(film.init);
    for (const n of [0, 1, 4]) {
      const { moof, mdat } = film.fragments[n] ?? assert.fail();
      scan.push(concat([moof, mdat]));
    }
    assert.ok(Math.abs(scan.end().seconds - 5) < 0.1);
  });

  it('gets an init segment that promises no track it has not', () => {
    const video = ids.get('video') ?? 0;
    const only = keepInitTracks(film.init, new Set([video]));
    assert.deepEqual(readTracks(only).map(({ kind }) => kind), ['video']); // prettier-ignore
    assert.equal(splitInit(only).init.length, only.length);
    assert.deepEqual(keepInitTracks(film.init, new Set(ids.values())), film.init);
  });
});

describe('what plays in one go', () => {
  const film = (index: number, from: number, init = 'a'): PlayableSegment => ({
    index,
    start,
    seconds: 10,
    from,
    init,
  });
  const sound = (index: number, init?: string, bytes = 100): PlayableSegment => ({
    index,
    start,
    seconds: 1,
    bytes,
    ...(init === undefined ? {} : { init }),
  });
  const indexes = (parts: readonly { segments: readonly PlayableSegment[] }[]): number[][] =>
    parts.map(({ segments }) => segments.map(({ index }) => index));

  it('ends where the clock of the film leaps', () => {
    assert.deepEqual(indexes(partsOf([film(0, 0), film(1, 10.02), film(2, 31), film(3, 41)])), [[0, 1], [2, 3]]); // prettier-ignore
    assert.deepEqual(indexes(partsOf([film(0, 0), film(1, 0)])), [[0], [1]]);
  });

  it('is of sound one file as long as nothing is missing in it', () => {
    assert.deepEqual(indexes(soundPartsOf([sound(0, 'x'), sound(1, 'x'), sound(3, 'x'), sound(4, 'y')])), [[0, 1], [3], [4]]); // prettier-ignore
  });

  it('leaves sound that is refused alone, so that a player comes to it and is told', () => {
    assert.deepEqual(indexes(soundPartsOf([sound(0, 'x'), sound(1), sound(2), sound(3, 'x')])), [[0], [1], [2], [3]]); // prettier-ignore
    assert.deepEqual(soundPartsOf([]), []);
  });

  it('is no file larger than every player takes', () => {
    const huge = 0x5000_0000;
    assert.deepEqual(indexes(soundPartsOf([sound(0, 'x', huge), sound(1, 'x', huge)])), [[0], [1]]);
  });
});
