import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readBoxes } from '@mingjing/protocol';
import { FfmpegCamera, type FfmpegOptions } from '../../../device/adapters/ffmpeg-camera.ts';
import type { CaptureSettings } from '../../../device/core/capture-settings.ts';
import { FragmentReader, type MediaPiece } from '../../../device/core/fragment-reader.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { cameraFilm, withDirectory } from '../../support/device-footage.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };

/** Runs a program in ffmpeg's place. */
async function withProgram(
  script: string,
  options: FfmpegOptions,
  check: (witness: CaptureWitness) => Promise<void> | void,
  settings: CaptureSettings = { kind: 'test-pattern', ...PICTURE },
): Promise<void> {
  await withDirectory(async (directory) => {
    const executable = join(directory, 'program');
    writeFileSync(join(directory, 'film.mp4'), await cameraFilm());
    writeFileSync(executable, `#!/bin/sh\ncd ${directory}\n${script}\n`);
    chmodSync(executable, 0o700);
    const witness = new CaptureWitness(
      new FfmpegCamera(settings, 'cam-1', clock, quiet, { ...options, executable }),
    );
    await witness.haveEnded();
    await check(witness);
  });
}

describe('fragment reader', function () {
  this.timeout(30_000);

  it('cuts what ffmpeg writes into the same pieces, however it arrives', async () => {
    const film = await cameraFilm();
    const whole = new FragmentReader().push(film);
    assert.equal(whole.length, 6);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 60 }), (sizes) => {
        const reader = new FragmentReader();
        const pieces: MediaPiece[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(...reader.push(film.subarray(at, at + size)));
          at += size;
        }
        pieces.push(...reader.push(film.subarray(at)));
        assert.deepEqual(pieces, whole);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a timeline that runs backwards', async () => {
    const film = await cameraFilm();
    const fragments = readBoxes(film).filter(({ type }) => type === 'moof' || type === 'mdat');
    const reader = new FragmentReader();
    reader.push(film);
    const again = (): unknown => reader.push(Buffer.concat(fragments.slice(0, 2).map(({ bytes }) => bytes)));
    assert.throws(again, { code: 'bad-media' });
  });

  it('refuses boxes out of their order', async () => {
    const film = await cameraFilm();
    const ftyp = film.subarray(0, new DataView(film.buffer, film.byteOffset).getUint32(0));
    assert.throws(() => new FragmentReader().push(Buffer.concat([ftyp, ftyp])), { code: 'bad-media' });
    assert.throws(() => new FragmentReader().push(film.subarray(ftyp.length)), { code: 'bad-media' });
  });
});

describe('ffmpeg camera', function () {
  this.timeout(40_000);

  it('reports a source that leaves with status 0, as an unplugged camera does', () =>
    withProgram('cat film.mp4; echo "/dev/video0: No such device" >&2; exit 0', {}, (witness) => {
      assert.equal(witness.end?.reason, 'ended');
      assert.match(witness.end.detail, /status 0.*No such device/);
      assert.equal(witness.fragments.length, 5);
    }));

  it('reports a camera that is not there', async () => {
    const settings = { kind: 'v4l2', device: '/dev/video-that-is-not-there', ...PICTURE } as const;
    const witness = new CaptureWitness(new FfmpegCamera(settings, 'cam-1', clock, quiet));
    await witness.haveEnded();
    assert.equal(witness.end?.reason, 'ended');
    assert.match(witness.end.detail, /No such file or directory/);
    assert.deepEqual(witness.calls, ['ended']);
  });

  it('kills and reports a source that goes on and gives nothing', () =>
    withProgram('cat film.mp4; exec sleep 1000', { stallMs: 300 }, (witness) => {
      assert.deepEqual(witness.end, { reason: 'stalled', detail: 'no fragment for 300 ms' });
    }));

  it('kills and reports a source that gives something else', () =>
    withProgram('echo "this is no film at all, I am afraid"; exec sleep 1000', {}, (witness) => {
      assert.equal(witness.end?.reason, 'bad-media');
      assert.deepEqual(witness.calls, ['ended']);
    }));

  it('reports a missing program', async () => {
    const options = { executable: '/nowhere/ffmpeg' };
    const witness = new CaptureWitness(
      new FfmpegCamera({ kind: 'test-pattern', ...PICTURE }, 'cam-1', clock, quiet, options),
    );
    await witness.haveEnded();
    assert.match(witness.end?.detail ?? '', /ENOENT/);
  });

  it('kills a source that does not leave when asked', () =>
    withDirectory(async (directory) => {
      const executable = join(directory, 'program');
      writeFileSync(join(directory, 'film.mp4'), await cameraFilm());
      writeFileSync(executable, `#!/bin/sh\ntrap '' TERM\ncat ${directory}/film.mp4\nexec sleep 1000\n`);
      chmodSync(executable, 0o700);
      const options = { executable, stopMs: 100 };
      const witness = new CaptureWitness(
        new FfmpegCamera({ kind: 'test-pattern', ...PICTURE }, 'cam-1', clock, quiet, options),
      );
      await witness.have(5);
      await witness.run.stop();
      assert.equal(witness.end?.reason, 'stopped');
    }));

  it('gives each fragment the time its first picture was taken, within a fragment', async () => {
    const before = Date.now();
    const witness = new CaptureWitness(
      new FfmpegCamera({ kind: 'test-pattern', ...PICTURE }, 'cam-1', clock, quiet),
    );
    await witness.have(3);
    const now = Date.now();
    await witness.run.stop();
    const [first] = witness.fragments;
    assert.ok(Date.parse(first?.at ?? '') >= before);
    const third = Date.parse(witness.fragments[2]?.at ?? '');
    assert.ok(now - third >= 700 && now - third < 1_900, `${now - third} ms`);
  });
});
