import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import {
  BoxSplitter,
  concat,
  keepTracks,
  makeBox,
  mapTracks,
  ProtocolError,
  readBoxes,
  readRuns,
  readTracks,
  splitInit,
  type Track,
} from '@mingjing/protocol';

const VIDEO = '-f lavfi -i testsrc2=size=320x180:rate=25:duration=3'.split(' ');
const SOUND = '-f lavfi -i sine=frequency=440:sample_rate=48000:duration=3'.split(' ');
const X264 =
  '-c:v libx264 -preset ultrafast -tune zerolatency -g 20 -keyint_min 20 -sc_threshold 0 -pix_fmt yuv420p'.split(
    ' ',
  );
const AAC = '-c:a aac -ac 1 -b:a 64k'.split(' ');
const BY_KEY_FRAME = '-movflags +empty_moov+default_base_moof+frag_keyframe -f mp4 pipe:1'.split(' ');
const BY_TIME = '-movflags empty_moov+default_base_moof -frag_duration 1000000 -f mp4 pipe:1'.split(' ');

function ffmpeg(...args: readonly string[]): Uint8Array {
  return execFileSync('ffmpeg', ['-v', 'error', ...args], { maxBuffer: 64 * 1024 * 1024 });
}

interface Media {
  readonly init: Uint8Array;
  readonly tracks: readonly Track[];
  readonly fragments: readonly { moof: Uint8Array; mdat: Uint8Array }[];
}

function cut(file: Uint8Array): Media {
  const { init, fragments } = splitInit(file);
  const boxes = new BoxSplitter().push(fragments).filter(({ type }) => type === 'moof' || type === 'mdat');
  const pairs = [];
  for (let n = 0; n + 1 < boxes.length; n += 2)
    pairs.push({ moof: boxes[n]?.bytes ?? new Uint8Array(), mdat: boxes[n + 1]?.bytes ?? new Uint8Array() });
  return { init, tracks: readTracks(init), fragments: pairs };
}

function idOf({ tracks }: Media, kind: Track['kind']): number {
  return tracks.find((track) => track.kind === kind)?.id ?? 0;
}

/** Codec and exact bytes of each packet as ffprobe reads them. */
function packets(file: Uint8Array, stream: 'v' | 'a'): string[] {
  const args = ['-v', 'error', '-select_streams', stream, '-show_packets', '-show_data_hash', 'sha256'];
  const shown = ['-show_entries', 'packet=pts,dts,data_hash', '-of', 'csv=p=0', '-i', 'pipe:0'];
  const text = execFileSync('ffprobe', [...args, ...shown], { input: file, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return 'taken';
}

describe('tracks of fragments', function () {
  this.timeout(60_000);
  let both: Media;
  let bytes: Uint8Array;
  before(() => {
    bytes = ffmpeg(...VIDEO, ...SOUND, ...X264, ...AAC, ...BY_KEY_FRAME);
    both = cut(bytes);
  });

  for (const [name, container] of [
    ['a fragment a key frame', BY_KEY_FRAME],
    ['a fragment a second', BY_TIME],
  ] as const) {
    it(`can be left out: picture without sound, sound without picture (${name})`, () => {
      const file = ffmpeg(...VIDEO, ...SOUND, ...X264, ...AAC, ...container);
      const media = cut(file);
      for (const [kept, gone] of [
        ['video', 'audio'],
        ['audio', 'video'],
      ] as const) {
        const ids = new Map([[idOf(media, kept), idOf(media, kept)]]);
        const parts = media.fragments
          .filter(({ moof }) => readRuns(moof).some(({ track }) => track === idOf(media, kept)))
          .map(({ moof, mdat }) => keepTracks(moof, mdat, ids));
        const result = concat([media.init, ...parts.flatMap(({ moof, mdat }) => [moof, mdat])]);
        assert.deepEqual(packets(result, letter(kept)), packets(file, letter(kept)));
        assert.deepEqual(packets(result, letter(gone)), []);
        assert.ok(parts.every(({ moof, runs }) => runs.length === readRuns(moof).length));
      }
    });
  }

  it('that are left out leave no byte behind', () => {
    const audio = idOf(both, 'audio');
    const video = idOf(both, 'video');
    for (const { moof, mdat } of both.fragments) {
      const sound = keepTracks(moof, mdat, new Map([[audio, audio]])).mdat.subarray(8);
      const { mdat: silent } = keepTracks(moof, mdat, new Map([[video, video]]));
      assert.equal(silent.length + sound.length, mdat.length, 'every byte is picture or sound');
      for (let at = 0; at + 32 <= sound.length; at += 32)
        assert.equal(Buffer.from(silent).indexOf(sound.subarray(at, at + 32)), -1);
    }
  });

  it('are renumbered as told', () => {
    const swapped = new Map([
      [idOf(both, 'video'), idOf(both, 'audio')],
      [idOf(both, 'audio'), idOf(both, 'video')],
    ]);
    const back = new Map([...swapped].map(([from, to]) => [to, from]));
    const parts = both.fragments.flatMap(({ moof, mdat }) => {
      const first = keepTracks(moof, mdat, swapped);
      const second = keepTracks(first.moof, first.mdat, back);
      assert.deepEqual(
        first.runs.map(({ track }) => track),
        readRuns(moof).map(({ track }) => swapped.get(track)),
      );
      return [second.moof, second.mdat];
    });
    const again = concat([both.init, ...parts]);
    for (const stream of ['v', 'a'] as const)
      assert.deepEqual(packets(again, stream), packets(bytes, stream));
  });

  it('of another run of the same capture are found, those of another codec set-up are not', () => {
    const sound = cut(ffmpeg(...SOUND, ...AAC, ...BY_TIME));
    const picture = cut(ffmpeg(...VIDEO, ...X264, ...BY_KEY_FRAME));
    const small = cut(
      ffmpeg(...'-f lavfi -i testsrc2=size=160x90:rate=25:duration=1'.split(' '), ...X264, ...BY_KEY_FRAME),
    );
    const [video, audio] = [idOf(both, 'video'), idOf(both, 'audio')];
    assert.deepEqual(mapTracks(both.init, both.init), new Map([video, audio].map((id) => [id, id])));
    assert.deepEqual(mapTracks(both.init, sound.init), new Map([[idOf(sound, 'audio'), audio]]));
    assert.deepEqual(mapTracks(both.init, picture.init), new Map([[idOf(picture, 'video'), video]]));
    assert.equal(mapTracks(both.init, small.init), undefined);
    assert.equal(mapTracks(sound.init, both.init), undefined, 'a picture the recording has no place for');
    assert.equal(
      code(() => mapTracks(makeBox('ftyp'), both.init)),
      'bad-media',
    );
  });

  it('of a run without picture go on in the recording and play there', () => {
    const sound = cut(ffmpeg(...SOUND, ...AAC, ...BY_TIME));
    const ids = mapTracks(both.init, sound.init) ?? new Map<number, number>();
    const parts = sound.fragments.map(({ moof, mdat }) => keepTracks(moof, mdat, ids));
    const joined = concat([both.init, ...parts.flatMap(({ moof, mdat }) => [moof, mdat])]);
    const alone = concat([sound.init, ...sound.fragments.flatMap(({ moof, mdat }) => [moof, mdat])]);
    assert.deepEqual(packets(joined, 'a'), packets(alone, 'a'));
    assert.deepEqual(packets(joined, 'v'), []);
  });

  it('are refused when none is asked for, or two become one', () => {
    const [{ moof, mdat } = { moof: new Uint8Array(), mdat: new Uint8Array() }] = both.fragments;
    assert.equal(
      code(() => keepTracks(moof, mdat, new Map())),
      'out-of-range',
    );
    assert.equal(code(() => keepTracks(moof, mdat, new Map([[1, 1], [2, 1]]))), 'out-of-range'); // prettier-ignore
    assert.equal(
      code(() => keepTracks(moof, mdat, new Map([[77, 1]]))),
      'bad-media',
    );
    assert.equal(
      code(() => keepTracks(mdat, moof, new Map([[1, 1]]))),
      'bad-media',
    );
  });

  it('whose runs reach beyond the data, or share it, are refused', () => {
    const [{ moof, mdat } = { moof: new Uint8Array(), mdat: new Uint8Array() }] = both.fragments;
    const all = new Map([[1, 1], [2, 2]]); // prettier-ignore
    assert.equal(
      code(() => keepTracks(moof, makeBox('mdat', mdat.subarray(8, -1)), all)),
      'bad-media',
    );
    const shared = moof.slice();
    const offsets = truns(moof);
    assert.equal(offsets.length, 2);
    const [first = 0, second = 0] = offsets;
    shared.copyWithin(second, first, first + 4);
    assert.equal(
      code(() => keepTracks(shared, mdat, all)),
      'bad-media',
    );
    assert.equal(
      code(() => keepTracks(shared, mdat, new Map([[1, 1]]))),
      'bad-media',
    );
  });

  it('never make a reader fail in another way, whatever the bytes', () => {
    const [{ moof, mdat } = { moof: new Uint8Array(), mdat: new Uint8Array() }] = both.fragments;
    const all = new Map([[1, 1], [2, 2]]); // prettier-ignore
    const change = fc.tuple(fc.integer({ min: 8, max: moof.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bent = moof.slice();
        for (const [at, value] of changes) bent[at] = value;
        code(() => {
          const { moof: out, mdat: data } = keepTracks(bent, mdat, all);
          assert.ok(data.length <= mdat.length);
          assert.equal(readBoxes(out).length, 1);
        });
        code(() => mapTracks(bent, both.init));
      }),
      { numRuns: 2_000 },
    );
  });
});

function letter(kind: 'video' | 'audio'): 'v' | 'a' {
  return kind === 'video' ? 'v' : 'a';
}

/** Where in a `moof` the data offset of each `trun` stands. */
function truns(moof: Uint8Array): number[] {
  const text = Buffer.from(moof);
  const found: number[] = [];
  for (let at = text.indexOf('trun'); at >= 0; at = text.indexOf('trun', at + 4)) found.push(at + 12);
  return found;
}
