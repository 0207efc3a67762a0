import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { FfmpegPhotoMaker } from '../../../device/adapters/ffmpeg/ffmpeg-photo-maker.ts';
import { FragmentReader } from '../../../device/core/fragment-reader.ts';
import type { MovieFragment } from '../../../device/core/fragment.ts';
import { readComments } from '../../../device/core/jpeg-comment.ts';
import { cameraFilm, withDirectory } from '../../support/device-footage.ts';

const run = promisify(execFile);

async function filmPieces(): Promise<{ init: Uint8Array; fragments: MovieFragment[] }> {
  const pieces = new FragmentReader().push(await cameraFilm());
  const init = pieces.flatMap((piece) => (piece.kind === 'init' ? [piece.init] : []))[0];
  assert.ok(init !== undefined);
  const fragments = pieces.flatMap((piece) =>
    piece.kind === 'fragment'
      ? [{ format: 'mp4' as const, at: '2026-11-20T08:00:00.000Z', mono: 0, ...piece.fragment }]
      : [],
  );
  return { init, fragments };
}

describe('photo maker', function () {
  this.timeout(30_000);

  it('makes a JPEG of the first picture of a fragment, at its size, with the comment, and nobody else’s', async () => {
    const { init, fragments } = await filmPieces();
    const fragment = fragments[2];
    assert.ok(fragment !== undefined);
    const comment = JSON.stringify({ device: 'cam-1', officer: '031337 王小明' });
    const jpeg = await new FfmpegPhotoMaker().develop(init, fragment, comment);
    assert.deepEqual(readComments(jpeg), [comment]);
    await withDirectory(async (directory) => {
      const [photo, film] = [join(directory, 'photo.jpg'), join(directory, 'film.mp4')];
      writeFileSync(photo, jpeg);
      writeFileSync(film, Buffer.concat([init, fragment.moof, fragment.mdat]));
      const entries = 'stream=codec_name,width,height';
      const { stdout } = await run('ffprobe', [
        '-v',
        'error',
        '-show_entries',
        entries,
        '-of',
        'csv=p=0',
        photo,
      ]);
      assert.equal(stdout.trim(), 'mjpeg,320,240');
      const compared = await run('ffmpeg', [
        ...['-v', 'info', '-nostdin', '-i', photo, '-i', film, '-filter_complex'],
        ...[
          '[0:v]scale=out_range=tv,format=yuv420p[a];[1:v]trim=end_frame=1[b];[a][b]psnr',
          '-f',
          'null',
          '-',
        ],
      ]);
      const psnr = Number(/average:([\d.]+)/.exec(compared.stderr)?.[1]);
      assert.ok(psnr > 35, `${psnr} dB from the picture in the film`);
    });
  });

  it('leaves no file behind', () =>
    withDirectory(async (directory) => {
      const { init, fragments } = await filmPieces();
      const before = process.cwd();
      process.chdir(directory);
      try {
        await Promise.all(fragments.map((fragment) => new FfmpegPhotoMaker().develop(init, fragment, 'x')));
      } finally {
        process.chdir(before);
      }
      assert.deepEqual(readdirSync(directory), []);
    }));

  it('rejects what holds no picture, and goes on working', async () => {
    const { init, fragments } = await filmPieces();
    const [fragment] = fragments;
    assert.ok(fragment !== undefined);
    const broken = { ...fragment, mdat: new Uint8Array(fragment.mdat.length) };
    const maker = new FfmpegPhotoMaker();
    await assert.rejects(maker.develop(init, broken, 'x'), { code: 'bad-capture-source' });
    await assert.rejects(maker.develop(new Uint8Array(0), fragment, 'x'), { code: 'bad-capture-source' });
    await assert.rejects(maker.develop(init, fragment, 'x'.repeat(70_000)), { code: 'bad-capture-source' });
    assert.ok((await maker.develop(init, fragment, 'x')).length > 1_000);
  });

  it('rejects a program that takes too long, gives too much or is not there', () =>
    withDirectory(async (directory) => {
      const { init, fragments } = await filmPieces();
      const [fragment] = fragments;
      assert.ok(fragment !== undefined);
      const program = join(directory, 'program');
      const wanted = { code: 'bad-capture-source' };
      for (const script of ['exec sleep 1000', 'exec cat /dev/zero']) {
        writeFileSync(program, `#!/bin/sh\n${script}\n`);
        chmodSync(program, 0o700);
        const maker = new FfmpegPhotoMaker(program, { timeoutMs: 500, maxBytes: 1_000_000 });
        await assert.rejects(maker.develop(init, fragment, 'x'), wanted);
      }
      await assert.rejects(new FfmpegPhotoMaker('/nowhere/ffmpeg').develop(init, fragment, 'x'), wanted);
    }));
});
