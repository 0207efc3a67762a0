import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { FfmpegCamera } from '../../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import { withMicrophone } from '../../support/alsa-microphone.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';

const run = promisify(execFile);
const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };
const STAND_IN = new URL('../../support/rpicam-vid', import.meta.url).pathname;
const SECONDS = 32;
/** Opening takes a moment, and what a filter holds is short of the end. */
const SETTLED_SECONDS = 3;
const COMPARED = 7;
const OUTPUT = { encoding: 'buffer', maxBuffer: 1e9 } as const;

/** When it begins to beep, in seconds. */
async function beeps(path: string): Promise<number[]> {
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-i',
    path,
    '-map',
    '0:a',
    '-f',
    's16le',
    '-ar',
    '48000',
    'pipe:1',
  ];
  const { stdout } = await run('ffmpeg', args, OUTPUT);
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  const window = 240;
  const loud: boolean[] = [];
  for (let at = 0; at + window <= samples.length; at += window)
    loud.push(samples.subarray(at, at + window).some((sample) => Math.abs(sample) > 1_600));
  return beginnings(loud, window / 48_000);
}

/** When it begins to be white, in seconds; the lines below are not looked at. */
async function flashes(path: string): Promise<number[]> {
  const filter = 'crop=iw:ih/2:0:0,scale=1:1:flags=area,format=gray,fps=50';
  const { stdout } = await run(
    'ffmpeg',
    [...['-v', 'error', '-nostdin', '-i', path, '-map', '0:v', '-vf', filter, '-f', 'rawvideo', 'pipe:1']],
    OUTPUT,
  );
  return beginnings(
    Array.from(stdout, (value) => value > 120),
    0.02,
  );
}

function beginnings(on: readonly boolean[], step: number): number[] {
  return on.flatMap((now, n) => (now && on[n - 1] === false ? [n * step] : []));
}

/** How far the last beats lie from where the first ones say they should be, at one a second. */
function drift(times: readonly number[]): number {
  const settled = times.filter((time) => time > SETTLED_SECONDS).slice(0, -1);
  const off = settled.map((time) => time - (settled[0] ?? 0)).map((time) => time - Math.round(time));
  return Math.abs(median(off.slice(-COMPARED)) - median(off.slice(0, COMPARED)));
}

/** One late beat on a busy machine is no drift. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}

describe('sound beside the picture', function () {
  this.timeout(90_000);

  for (const perSecond of [48_960, 47_040]) {
    it(`keeps pace with it though the sound card gives ${perSecond} samples a second and says 48,000`, () =>
      withDirectory((directory) =>
        withMicrophone(directory, perSecond, async (audio) => {
          process.env['STAND_IN_FLASHES'] = '1';
          const options = { rpicam: STAND_IN };
          const settings = { kind: 'rpicam', audio } as const;
          const camera = new FfmpegCamera(settings, () => PICTURE, 'cam-1', clock, quiet, options);
          const witness = new CaptureWitness(camera);
          try {
            await witness.have(4, 20_000);
            await witness.have(Math.round(SECONDS / 0.8), SECONDS * 2_000);
          } finally {
            await witness.run.stop();
            delete process.env['STAND_IN_FLASHES'];
          }
          assert.equal(witness.calls.includes('sound-drifts'), false);
          const path = join(directory, 'film.mp4');
          writeFileSync(path, witness.film);
          const [sound, picture] = await Promise.all([beeps(path), flashes(path)]);
          assert.ok(sound.length >= SECONDS - 5 && picture.length >= SECONDS - 5);
          // Uncorrected it would be 2 % of the time between the two: more than 0.4 s.
          assert.ok(drift(sound) < 0.15, `the sound drifts by ${drift(sound).toFixed(3)} s`);
          assert.ok(drift(picture) < 0.15, `the picture drifts by ${drift(picture).toFixed(3)} s`);
        }),
      ));
  }
});
