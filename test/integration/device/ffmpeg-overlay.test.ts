import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { FfmpegCamera } from '../../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import { OverlayFiles } from '../../../device/adapters/ffmpeg/overlay-files.ts';
import { burnInFilter } from '../../../device/core/burned-in.ts';
import { chooseFont } from '../../../device/core/font-choice.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';

const run = promisify(execFile);
const PICTURE = { width: 640, height: 360, framesPerSecond: 25, bitsPerSecond: 1_000_000 };
const PLAN = { format: 'mp4', picture: true, sound: false } as const;
/** Where the lines of officer and position, and of the time, stand, as ffmpeg's `crop` takes it. */
const LINES = 'crop=630:20:4:320';

/** How much lighter or darker the last picture is than the first, pixel by pixel, within a part of them. */
async function change(film: Uint8Array, part: string): Promise<number> {
  return await withDirectory(async (directory) => {
    const path = join(directory, 'film.mp4');
    writeFileSync(path, film);
    const { stdout } = await run(
      'ffmpeg',
      ['-v', 'error', '-nostdin', '-i', path, '-vf', `${part},format=gray`, '-f', 'rawvideo', 'pipe:1'],
      { encoding: 'buffer', maxBuffer: 1e9 },
    );
    const [, width = 0, height = 0] = /crop=(\d+):(\d+)/.exec(part)?.map(Number) ?? [];
    const size = width * height;
    const [first, last] = [stdout.subarray(0, size), stdout.subarray(stdout.length - size)];
    return first.reduce((sum, value, n) => sum + Math.abs(value - (last[n] ?? 0)), 0) / size;
  });
}

describe('lines in the picture', function () {
  this.timeout(60_000);

  it('come from files in memory that only we can read, and that are gone afterwards', () =>
    withDirectory(async (directory) => {
      process.env['RUNTIME_DIRECTORY'] = directory;
      try {
        // Of a camera that was killed: no process has such a number.
        mkdirSync(join(directory, 'mingjing-overlay-99999999-abc'));
        const camera = new FfmpegCamera({ kind: 'test-pattern' }, () => PICTURE, 'cam-1', clock, quiet);
        const witness = new CaptureWitness(camera, PLAN);
        assert.equal(readdirSync(directory).length, 1);
        camera.overlay({ officer: '031337 王小明\n%{pts}', position: '31.2317 121.4740' });
        await witness.have(2);
        const [own = ''] = readdirSync(directory);
        const files = ['time', 'lines'].map((name) => join(directory, own, name));
        assert.deepEqual(
          files.map((file) => statSync(file).mode & 0o777),
          [0o600, 0o600],
        );
        assert.equal(statSync(join(directory, own)).mode & 0o777, 0o700);
        assert.equal(readFileSync(files[1] ?? '', 'utf8'), '031337 王小明 %{pts}  31.2317 121.4740');
        await witness.run.stop();
        assert.deepEqual(readdirSync(directory), []);
      } finally {
        delete process.env['RUNTIME_DIRECTORY'];
      }
    }));

  it('are left out where there is no memory to hold them', () =>
    withDirectory((directory) => {
      const nowhere = [join(directory, 'none'), join(directory, 'neither')];
      assert.equal(OverlayFiles.make('cam-1', 0, { officer: '031337' }, nowhere), undefined);
      const file = join(directory, 'file');
      writeFileSync(file, '');
      chmodSync(file, 0o700);
      assert.equal(OverlayFiles.make('cam-1', 0, {}, [file]), undefined, 'no directory');
      return Promise.resolve();
    }));

  it('change while a run goes on, within two seconds, whatever they hold', async () => {
    const camera = new FfmpegCamera({ kind: 'test-pattern' }, () => PICTURE, 'cam-1', clock, quiet);
    const witness = new CaptureWitness(camera, PLAN);
    await witness.have(2);
    for (const officer of ["%{nonsense} %{pts} ' : \\ , ; [ ]", '\u0000\u202E', '█'.repeat(500)]) {
      camera.overlay({ officer });
      await witness.have(witness.fragments.length + 2);
    }
    await witness.run.stop();
    assert.equal(witness.end?.reason, 'stopped', witness.end?.detail);
    assert.ok((await change(witness.film, LINES)) > 20);
  });

  it('hold the time of our own clock, also when it is years from the system’s', async () => {
    const offset = Date.parse('2031-05-06T07:08:09.000Z') - Date.now();
    const ours = {
      boot: clock.boot,
      state: () => clock.state(),
      now: () => {
        const { at, mono } = clock.now();
        return { at: new Date(Date.parse(at) + offset).toISOString(), mono };
      },
    };
    await withDirectory(async (directory) => {
      process.env['RUNTIME_DIRECTORY'] = directory;
      try {
        const camera = new FfmpegCamera({ kind: 'test-pattern' }, () => PICTURE, 'cam-1', ours, quiet);
        const witness = new CaptureWitness(camera, PLAN);
        await witness.have(3);
        const [own = ''] = readdirSync(directory);
        const line = readFileSync(join(directory, own, 'time'), 'utf8');
        const burned = Number(/localtime:([\d.]+):/.exec(line)?.[1]) * 1000;
        // Of the picture with which the run began.
        const stamped = Date.parse(witness.fragments[0]?.at ?? '');
        assert.ok(Math.abs(burned - stamped) < 100, `${burned - stamped} ms apart`);
        await witness.run.stop();
      } finally {
        delete process.env['RUNTIME_DIRECTORY'];
      }
    });
  });

  it('are found by ffmpeg at whatever path they and the font are', () =>
    withDirectory(async (directory) => {
      const odd = join(directory, "it's: [a], b; c\\d %{e}");
      mkdirSync(odd);
      const font = join(odd, 'font.ttc');
      const known = chooseFont(undefined, (path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
      assert.ok(known !== undefined);
      copyFileSync(known, font);
      const [timeFile, linesFile] = [join(odd, 'time'), join(odd, 'lines')];
      writeFileSync(timeFile, 'time');
      writeFileSync(linesFile, '警员');
      const filter = burnInFilter({ font, timeFile, linesFile });
      const source = 'color=black:size=640x360:rate=25';
      await run('ffmpeg', [
        ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', source, '-vf', filter],
        ...['-frames:v', '2', '-f', 'null', '-'],
      ]);
    }));
});
