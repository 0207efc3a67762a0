import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { readBoxes } from '@mingjing/protocol';
import { FfmpegCamera } from '../../../device/adapters/ffmpeg-camera.ts';
import type { Capture } from '../../../device/ports/capture.ts';
import { ReplayCapture } from '../../../device/simulated/replay-capture.ts';
import { ScriptedCapture } from '../../../device/simulated/scripted-capture.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { cameraFilm, probe, withDirectory } from '../../support/device-footage.ts';
import { plainFragment, plainInit } from '../../support/device-media.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };

interface Candidate {
  readonly name: string;
  /** Whether what it gives is real media. */
  readonly plays: boolean;
  readonly make: (directory: string) => Promise<Capture>;
}

const candidates: Candidate[] = [
  {
    name: 'ffmpeg, test pattern and tone',
    plays: true,
    make: () =>
      Promise.resolve(new FfmpegCamera({ kind: 'test-pattern', ...PICTURE }, 'cam-1', clock, quiet)),
  },
  {
    name: 'replay of a film',
    plays: true,
    make: async (directory) => {
      const path = join(directory, 'film.mp4');
      writeFileSync(path, await cameraFilm());
      return new ReplayCapture({ path, speed: 4 }, clock);
    },
  },
  {
    name: 'scripted',
    plays: false,
    make: () => Promise.resolve(selfPlaying(new ScriptedCapture(plainInit()))),
  },
];

/** Plays a script of its own as soon as it is started. */
function selfPlaying(capture: ScriptedCapture): Capture {
  return {
    probe: () => capture.probe(),
    overlay: () => capture.overlay(),
    start: (plan, listener) => {
      const run = capture.start(plan, listener);
      setImmediate(() => {
        capture.ready();
        for (let n = 0; n < 8; n += 1)
          capture.emit(plainFragment({ mediaMs: n * 800, mono: clock.now().mono + n * 800 }));
      });
      return run;
    },
  };
}

for (const { name, plays, make } of candidates) {
  describe(`capture: ${name}`, function () {
    this.timeout(40_000);

    it('is ready once, then gives fragments without a gap or a step back, each with a key frame first', () =>
      withDirectory(async (directory) => {
        const witness = new CaptureWitness(await make(directory));
        await witness.have(5);
        await witness.run.stop();
        assert.equal(witness.calls[0], 'ready');
        assert.equal(witness.calls.filter((call) => call === 'ready').length, 1);
        assert.deepEqual(
          readBoxes(witness.init).map(({ type }) => type),
          ['ftyp', 'moov'],
        );
        assert.deepEqual(
          witness.tracks.map(({ kind }) => kind),
          ['video', 'audio'],
        );
        const { fragments } = witness;
        fragments.slice(1).forEach((fragment, n) => {
          const before = fragments[n];
          for (const run of fragment.runs) {
            const previous = before?.runs.find(({ track }) => track === run.track);
            const timescale = witness.tracks.find(({ id }) => id === run.track)?.timescale ?? 1;
            const gap = run.decodeTime - (previous?.decodeTime ?? 0n) - (previous?.duration ?? 0n);
            assert.ok(gap >= 0n, 'no overlap');
            assert.ok(Number(gap) / timescale < 0.04, 'no gap of more than 0.04 s');
          }
          assert.ok(fragment.mono >= (before?.mono ?? 0));
          assert.ok(fragment.at >= (before?.at ?? ''));
        });
      }));

    it('ends once, as stopped, when it is stopped, and says nothing after that', () =>
      withDirectory(async (directory) => {
        const witness = new CaptureWitness(await make(directory));
        await witness.have(1);
        await Promise.all([witness.run.stop(), witness.run.stop()]);
        assert.equal(witness.end?.reason, 'stopped');
        assert.equal(witness.calls.filter((call) => call === 'ended').length, 1);
        const { length } = witness.calls;
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(witness.calls.length, length);
      }));

    it('runs once at a time, and again after it has ended', () =>
      withDirectory(async (directory) => {
        const capture = await make(directory);
        const first = new CaptureWitness(capture);
        assert.throws(() => new CaptureWitness(capture));
        await first.have(1);
        await first.run.stop();
        const second = new CaptureWitness(capture);
        await second.have(1);
        await second.run.stop();
      }));

    if (!plays) return;

    it('gives footage that plays, and whose every fragment plays behind the init segment', () =>
      withDirectory(async (directory) => {
        const witness = new CaptureWitness(await make(directory));
        await witness.have(3);
        await witness.run.stop();
        const whole = await probe(witness.film);
        assert.deepEqual(whole.codecs, ['h264', 'aac']);
        assert.equal(whole.complaints, '');
        const totalMs = witness.fragments.reduce((sum, { durationMs }) => sum + durationMs, 0);
        assert.ok(Math.abs(whole.seconds * 1000 - totalMs) < 100);
        const last = witness.fragments.at(-1);
        assert.ok(last !== undefined);
        const alone = await probe(Buffer.concat([witness.init, last.moof, last.mdat]));
        assert.equal(alone.complaints, '');
        assert.ok(alone.frames >= 20);
      }));
  });
}
