import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { mapTracks, readBoxes, WAV_CHUNK_BYTES, type Track } from '@mingjing/protocol';
import { FfmpegCamera } from '../../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import type { CaptureSettings } from '../../../device/core/capture-settings.ts';
import type { Capture, CapturePlan } from '../../../device/ports/capture.ts';
import { PluggedCapture } from '../../../device/simulated/plugged-capture.ts';
import { ReplayCapture } from '../../../device/simulated/replay-capture.ts';
import { ScriptedCapture } from '../../../device/simulated/scripted-capture.ts';
import { withMicrophone } from '../../support/alsa-microphone.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { cameraFilm, probe, withDirectory } from '../../support/device-footage.ts';
import { plainFragment, plainInit } from '../../support/device-media.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };
const STAND_IN = new URL('../../support/rpicam-vid', import.meta.url).pathname;
const PLANS = {
  'picture and sound': { format: 'mp4', picture: true, sound: true },
  'picture alone': { format: 'mp4', picture: true, sound: false },
  'sound alone': { format: 'mp4', picture: false, sound: true },
} as const;
const KINDS = {
  'picture and sound': ['video', 'audio'],
  'picture alone': ['video'],
  'sound alone': ['audio'],
};
const CODECS = { 'picture and sound': ['h264', 'aac'], 'picture alone': ['h264'], 'sound alone': ['aac'] };
const BOTH = PLANS['picture and sound'];

type Use = (capture: Capture) => Promise<void>;

interface Candidate {
  readonly name: string;
  /** Whether what it gives is real media. */
  readonly plays: boolean;
  readonly within: (directory: string, use: Use) => Promise<void>;
}

function ffmpeg(settings: CaptureSettings): Capture {
  return new FfmpegCamera(settings, () => PICTURE, 'cam-1', clock, quiet, { rpicam: STAND_IN });
}

const candidates: Candidate[] = [
  {
    name: 'ffmpeg, test pattern and tone',
    plays: true,
    within: (_, use) => use(ffmpeg({ kind: 'test-pattern' })),
  },
  {
    name: 'ffmpeg, pictures of rpicam-vid (a stand-in) and an ALSA microphone',
    plays: true,
    within: (directory, use) =>
      withMicrophone(directory, 48_000, (audio) => use(ffmpeg({ kind: 'rpicam', audio }))),
  },
  {
    name: 'ffmpeg, H.264 of rpicam-vid (a stand-in) and an ALSA microphone',
    plays: true,
    within: (directory, use) =>
      withMicrophone(directory, 48_000, (audio) =>
        use(ffmpeg({ kind: 'rpicam', audio, encodedBy: 'camera' })),
      ),
  },
  {
    name: 'replay of a film',
    plays: true,
    within: async (directory, use) => use(await replay(directory)),
  },
  {
    name: 'replay of a film, behind plugs',
    plays: true,
    within: async (directory, use) => use(new PluggedCapture(await replay(directory))),
  },
  {
    name: 'scripted',
    plays: false,
    within: (_, use) => use(selfPlaying(new ScriptedCapture(plainInit()))),
  },
];

/** Plays a script of its own as soon as it is started. */
function selfPlaying(capture: ScriptedCapture): Capture {
  return {
    probe: () => capture.probe(),
    overlay: (lines) => capture.overlay(lines),
    start: (plan, listener) => {
      const run = capture.start(plan, listener);
      setImmediate(() => {
        capture.ready();
        const { at, mono } = clock.now();
        for (let n = 0; n < 8; n += 1) {
          capture.emit(plainFragment({ mediaMs: n * 800, mono: mono + n * 800 }));
          capture.emitSound({ at, mono: mono + n * 683 }, new Uint8Array(WAV_CHUNK_BYTES));
        }
      });
      return run;
    },
  };
}

for (const { name, plays, within } of candidates) {
  describe(`capture: ${name}`, function () {
    this.timeout(60_000);
    const withCapture = (use: Use): Promise<void> => withDirectory((directory) => within(directory, use));
    const ran = async (capture: Capture, plan: CapturePlan, fragments: number): Promise<CaptureWitness> => {
      const witness = new CaptureWitness(capture, plan);
      await witness.have(fragments);
      await witness.run.stop();
      return witness;
    };

    for (const [what, plan] of Object.entries(PLANS) as [keyof typeof PLANS, CapturePlan][]) {
      it(`gives ${what} if asked: ready once, then fragments without a gap or a step back`, () =>
        withCapture(async (capture) => {
          const witness = await ran(capture, plan, 4);
          assert.equal(witness.calls[0], 'ready');
          assert.equal(witness.calls.filter((call) => call === 'ready').length, 1);
          const heads = readBoxes(witness.init).map(({ type }) => type);
          assert.deepEqual(heads, ['ftyp', 'moov']);
          assert.deepEqual(
            witness.tracks.map(({ kind }) => kind),
            KINDS[what],
          );
          requireSteady(witness);
        }));
    }

    it('gives PCM if asked, in pieces of exactly one age chunk, whose moments follow each other', () =>
      withCapture(async (capture) => {
        const witness = new CaptureWitness(capture, { format: 'wav' });
        await witness.haveSounds(3);
        await witness.run.stop();
        assert.deepEqual(witness.calls.slice(0, 2), ['ready', 'fragment']);
        assert.equal(witness.fragments.length, 0);
        const whole = witness.sounds.slice(0, 3);
        assert.ok(whole.every(({ pcm }) => pcm.length === WAV_CHUNK_BYTES));
        assert.ok(witness.sounds.every(({ pcm }) => pcm.length <= WAV_CHUNK_BYTES && pcm.length % 2 === 0));
        whole.forEach(({ durationMs, mono }, n) => {
          assert.ok(durationMs === 682 || durationMs === 683);
          assert.ok(mono >= (whole[n - 1]?.mono ?? 0));
        });
      }));

    it('gives in a later run, with fewer sources, what continues the tracks of an earlier one', () =>
      withCapture(async (capture) => {
        const first = await ran(capture, BOTH, 1);
        for (const plan of Object.values(PLANS)) {
          const { init, tracks } = await ran(capture, plan, 1);
          const map = mapTracks(first.init, init);
          assert.ok(map !== undefined, 'the codec configuration is another');
          for (const { id, kind } of tracks) {
            const partner: Track | undefined = first.tracks.find((track) => track.id === map.get(id));
            assert.equal(partner?.kind, kind);
          }
        }
      }));

    it('ends once, as stopped, when it is stopped, and says nothing after that', () =>
      withCapture(async (capture) => {
        const witness = new CaptureWitness(capture);
        await witness.have(1);
        await Promise.all([witness.run.stop(), witness.run.stop()]);
        assert.equal(witness.end?.reason, 'stopped');
        assert.equal(witness.end.lost, undefined);
        assert.equal(witness.calls.filter((call) => call === 'ended').length, 1);
        const { length } = witness.calls;
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(witness.calls.length, length);
      }));

    it('can be stopped before it gave anything', () =>
      withCapture(async (capture) => {
        const witness = new CaptureWitness(capture);
        await witness.run.stop();
        assert.deepEqual(
          witness.calls.filter((call) => call === 'ended'),
          ['ended'],
        );
      }));

    it('runs once at a time, and again after it has ended', () =>
      withCapture(async (capture) => {
        const first = new CaptureWitness(capture);
        assert.throws(() => new CaptureWitness(capture));
        await first.have(1);
        await first.run.stop();
        await ran(capture, BOTH, 1);
      }));

    it('says which sources are there, also while it uses them', () =>
      withCapture(async (capture) => {
        assert.deepEqual(await capture.probe(), { picture: true, sound: true });
        const witness = new CaptureWitness(capture);
        await witness.have(1);
        assert.deepEqual(await capture.probe(), { picture: true, sound: true });
        await witness.run.stop();
      }));

    if (!plays) return;

    for (const [what, plan] of Object.entries(PLANS) as [keyof typeof PLANS, CapturePlan][]) {
      it(`gives ${what} that plays, and whose every fragment plays behind the init segment`, () =>
        withCapture(async (capture) => {
          const witness = await ran(capture, plan, 3);
          const whole = await probe(witness.film);
          assert.deepEqual(whole.codecs, CODECS[what]);
          assert.equal(whole.complaints, '');
          const totalMs = witness.fragments.reduce((sum, { durationMs }) => sum + durationMs, 0);
          assert.ok(Math.abs(whole.seconds * 1000 - totalMs) < 150, `${whole.seconds} s, ${totalMs} ms`);
          const middle = witness.fragments[1];
          assert.ok(middle !== undefined);
          const alone = await probe(Buffer.concat([witness.init, middle.moof, middle.mdat]));
          assert.equal(alone.complaints, '');
          assert.ok(alone.frames >= 15);
        }));
    }
  });
}

function requireSteady({ fragments, tracks }: CaptureWitness): void {
  fragments.slice(1).forEach((fragment, n) => {
    const before = fragments[n];
    for (const run of fragment.runs) {
      const previous = before?.runs.find(({ track }) => track === run.track);
      const timescale = tracks.find(({ id }) => id === run.track)?.timescale ?? 1;
      const gap = run.decodeTime - (previous?.decodeTime ?? 0n) - (previous?.duration ?? 0n);
      assert.ok(gap >= 0n, 'no overlap');
      assert.ok(Number(gap) / timescale < 0.04, 'no gap of more than 0.04 s');
    }
    assert.ok(fragment.mono >= (before?.mono ?? 0));
    assert.ok(fragment.at >= (before?.at ?? ''));
  });
}

async function replay(directory: string): Promise<ReplayCapture> {
  const path = join(directory, 'film.mp4');
  writeFileSync(path, await cameraFilm());
  return new ReplayCapture({ path, speed: 4 }, clock);
}

/** Those whose sources can be pulled out by hand. */
const pullable = {
  replay,
  'behind plugs': async (directory: string): Promise<PluggedCapture> =>
    new PluggedCapture(await replay(directory)),
  scripted: (): Promise<ScriptedCapture> => Promise.resolve(new ScriptedCapture(plainInit())),
};
for (const [name, make] of Object.entries(pullable)) {
  describe(`simulated capture: ${name}`, function () {
    this.timeout(30_000);

    for (const source of ['picture', 'sound'] as const) {
      it(`ends when the ${source} is pulled out, says so, and has it again once it is back`, () =>
        withDirectory(async (directory) => {
          const capture = await make(directory);
          const witness = new CaptureWitness(capture);
          capture.lose(source);
          await witness.haveEnded();
          assert.equal(witness.end?.reason, 'ended');
          assert.equal(witness.end.lost, source);
          const other = source === 'picture' ? 'sound' : 'picture';
          assert.deepEqual(await capture.probe(), {
            picture: source !== 'picture',
            sound: source !== 'sound',
          });
          const again = new CaptureWitness(capture);
          await again.haveEnded();
          assert.equal(again.end?.lost, source);
          const without = new CaptureWitness(capture, { ...BOTH, [source]: false });
          capture.lose(source);
          assert.equal(without.end, undefined);
          await without.run.stop();
          capture.restore(source);
          const back = new CaptureWitness(capture);
          capture.lose(other);
          await back.haveEnded();
          assert.equal(back.end?.lost, other);
        }));
    }
  });
}
