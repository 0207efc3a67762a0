import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { mapTracks } from '@mingjing/protocol';
import { findEncoder } from '../../../device/adapters/ffmpeg/encoder-probe.ts';
import { FfmpegCamera } from '../../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { probe, withDirectory } from '../../support/device-footage.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };

/** ffmpeg with libx264 in place of the hardware encoder, telling its configuration as late as that does. */
const LATE = `#!/bin/bash
args=()
for arg; do
  case "$arg" in
    h264_v4l2m2m) args+=(libx264 -preset ultrafast -tune zerolatency -flags:v -global_header) ;;
    -num_capture_buffers) skip=1 ;;
    *) if [ -n "$skip" ]; then skip=; else args+=("$arg"); fi ;;
  esac
done
exec ffmpeg "\${args[@]}"
`;

describe('the machine’s own encoder', function () {
  this.timeout(40_000);

  it('gives footage that plays and goes on after a restart, though it tells its configuration late', () =>
    withDirectory(async (directory) => {
      const ffmpeg = join(directory, 'ffmpeg');
      writeFileSync(ffmpeg, LATE);
      chmodSync(ffmpeg, 0o700);
      const settings = { kind: 'test-pattern', encoder: 'h264_v4l2m2m' } as const;
      const camera = new FfmpegCamera(settings, () => PICTURE, 'cam-1', clock, quiet, { ffmpeg });
      const inits: Uint8Array[] = [];
      for (const sources of [{}, {}, { picture: false }, { sound: false }]) {
        const plan = { format: 'mp4', picture: true, sound: true, ...sources } as const;
        const witness = new CaptureWitness(camera, plan);
        await witness.have(3);
        await witness.run.stop();
        const { complaints, codecs } = await probe(witness.film);
        assert.equal(complaints, '');
        assert.equal(codecs.length, witness.tracks.length);
        inits.push(witness.init);
      }
      const [first = new Uint8Array(), ...later] = inits;
      for (const init of later) assert.ok(mapTracks(first, init) !== undefined);
    }));

  it('is not chosen where there is none, and is where it is configured', async () => {
    assert.equal(await findEncoder('auto', '/nowhere/ffmpeg', PICTURE), 'libx264');
    assert.equal(await findEncoder('h264_v4l2m2m', '/nowhere/ffmpeg', PICTURE), 'h264_v4l2m2m');
  });
});
