import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readBoxes } from '@mingjing/protocol';
import { FfmpegCamera, type FfmpegOptions } from '../../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import type { CaptureSettings } from '../../../device/core/capture-settings.ts';
import { FragmentReader, type MediaPiece } from '../../../device/core/fragment-reader.ts';
import type { CapturePlan } from '../../../device/ports/capture.ts';
import { withMicrophone } from '../../support/alsa-microphone.ts';
import { CaptureWitness, clock, quiet } from '../../support/device-capture.ts';
import { cameraFilm, withDirectory } from '../../support/device-footage.ts';

const PICTURE = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };
const STAND_IN = new URL('../../support/rpicam-vid', import.meta.url).pathname;
const BOTH: CapturePlan = { format: 'mp4', picture: true, sound: true };

function camera(settings: CaptureSettings, options: FfmpegOptions = {}): FfmpegCamera {
  return new FfmpegCamera(settings, () => PICTURE, 'cam-1', clock, quiet, { rpicam: STAND_IN, ...options });
}

/** Runs a program in ffmpeg's place. */
async function withProgram(
  script: string,
  options: FfmpegOptions,
  check: (witness: CaptureWitness) => Promise<void> | void,
  settings: CaptureSettings = { kind: 'test-pattern' },
  plan: CapturePlan = BOTH,
): Promise<void> {
  await withDirectory(async (directory) => {
    const ffmpeg = join(directory, 'program');
    writeFileSync(join(directory, 'film.mp4'), await cameraFilm());
    writeFileSync(ffmpeg, `#!/bin/sh\ncd ${directory}\n${script}\n`);
    chmodSync(ffmpeg, 0o700);
    const witness = new CaptureWitness(camera(settings, { ...options, ffmpeg }), plan);
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
  this.timeout(60_000);

  it('reports a source that leaves with status 0', () =>
    withProgram('cat film.mp4; exit 0', {}, (witness) => {
      assert.equal(witness.end?.reason, 'ended');
      assert.match(witness.end.detail, /status 0/);
      assert.equal(witness.end.lost, undefined);
      assert.equal(witness.fragments.length, 5);
    }));

  it('ends at once when a camera is unplugged, though ffmpeg goes on with the sound, and says it was the picture', () =>
    withProgram(
      `cat film.mp4
echo "[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_DQBUF): No such device" >&2
exec sleep 1000`,
      { stopMs: 100 },
      (witness) => {
        assert.equal(witness.end?.reason, 'ended');
        assert.equal(witness.end.lost, 'picture');
        assert.equal(witness.fragments.length, 5);
      },
      { kind: 'v4l2', device: '/dev/video7', audio: 'hw:1,0' },
    ));

  it('reports a camera that is not there', async () => {
    const witness = new CaptureWitness(camera({ kind: 'v4l2', device: '/dev/video-that-is-not-there' }), {
      ...BOTH,
      sound: false,
    });
    await witness.haveEnded();
    assert.equal(witness.end?.reason, 'ended');
    assert.match(witness.end.detail, /No such file or directory/);
    assert.equal(witness.end.lost, 'picture');
    assert.deepEqual(witness.calls, ['ended']);
  });

  for (const plan of [BOTH, { format: 'wav' }] as const) {
    it(`reports a microphone that is not there, asked for ${plan.format}`, async () => {
      const settings = { kind: 'rpicam', audio: 'hw:CARD=NotThere' } as const;
      const witness = new CaptureWitness(camera(settings), plan);
      await witness.haveEnded();
      assert.equal(witness.end?.reason, 'ended');
      assert.equal(witness.end.lost, 'sound', witness.end.detail);
      assert.deepEqual(witness.calls, ['ended']);
    });
  }

  it('reports a microphone that is asked for and not configured', async () => {
    const capture = camera({ kind: 'rpicam' });
    const witness = new CaptureWitness(capture, BOTH);
    await witness.haveEnded();
    assert.equal(witness.end?.lost, 'sound');
    assert.deepEqual(await capture.probe(), { picture: true, sound: false });
  });

  it('reports a Raspberry Pi camera that is not there, and finds it when it is back', () =>
    withDirectory((directory) =>
      withMicrophone(directory, 48_000, async (audio) => {
        process.env['STAND_IN_CAMERA_GONE'] = '1';
        const capture = camera({ kind: 'rpicam', audio });
        try {
          const witness = new CaptureWitness(capture, BOTH);
          await witness.haveEnded();
          assert.equal(witness.end?.lost, 'picture', witness.end?.detail);
          assert.deepEqual(await capture.probe(), { picture: false, sound: true });
        } finally {
          delete process.env['STAND_IN_CAMERA_GONE'];
        }
        assert.deepEqual(await capture.probe(), { picture: true, sound: true });
      }),
    ));

  it('takes rows that rpicam-vid fills up, whatever the width', async () => {
    const odd = { ...PICTURE, width: 330, height: 186 };
    const capture = new FfmpegCamera({ kind: 'rpicam' }, () => odd, 'cam-1', clock, quiet, {
      rpicam: STAND_IN,
    });
    const witness = new CaptureWitness(capture, { ...BOTH, sound: false });
    await witness.have(1);
    await witness.run.stop();
    const view = Buffer.from(witness.init);
    const avc1 = view.indexOf('avc1');
    assert.deepEqual([view.readUInt16BE(avc1 + 28), view.readUInt16BE(avc1 + 30)], [330, 186]);
  });

  it('kills and reports a source that goes on and gives nothing', () =>
    withProgram('cat film.mp4; exec sleep 1000', { stallMs: 300 }, (witness) => {
      assert.deepEqual(witness.end, { reason: 'stalled', detail: 'no fragment for 300 ms' });
    }));

  it('kills and reports a source that never begins', () =>
    withProgram('exec sleep 1000', { firstMs: 300 }, (witness) => {
      assert.deepEqual(witness.end, { reason: 'stalled', detail: 'no fragment for 300 ms' });
    }));

  it('reports an end within seconds though what was killed still holds its pipes', () => {
    const began = performance.now();
    return withProgram('setsid sleep 15 & exit 0', { firstMs: 300 }, async (witness) => {
      assert.ok(performance.now() - began < 10_000);
      assert.equal(witness.end?.reason, 'stalled');
      await witness.run.stop();
      assert.deepEqual(witness.calls, ['ended']);
    });
  });

  it('kills and reports a source that gives something else', () =>
    withProgram('echo "this is no film at all, I am afraid"; exec sleep 1000', {}, (witness) => {
      assert.equal(witness.end?.reason, 'bad-media');
      assert.deepEqual(witness.calls, ['ended']);
    }));

  it('reports a missing program', async () => {
    const witness = new CaptureWitness(camera({ kind: 'test-pattern' }, { ffmpeg: '/nowhere/ffmpeg' }));
    await witness.haveEnded();
    assert.match(witness.end?.detail ?? '', /No such file or directory|ENOENT/);
  });

  it('is not drowned by what a program says', () =>
    withProgram(
      'head -c 50000000 /dev/zero | tr "\\0" a >&2; yes noise | head -n 20000 >&2; cat film.mp4',
      {},
      (witness) => {
        assert.equal(witness.fragments.length, 5);
        assert.ok((witness.end?.detail.length ?? 0) < 500);
      },
    ));

  it('kills a source that does not leave when asked', () =>
    withDirectory(async (directory) => {
      const ffmpeg = join(directory, 'program');
      writeFileSync(join(directory, 'film.mp4'), await cameraFilm());
      writeFileSync(ffmpeg, `#!/bin/sh\ntrap '' TERM\ncat ${directory}/film.mp4\nexec sleep 1000\n`);
      chmodSync(ffmpeg, 0o700);
      const witness = new CaptureWitness(camera({ kind: 'test-pattern' }, { ffmpeg, stopMs: 100 }));
      await witness.have(5);
      await witness.run.stop();
      assert.equal(witness.end?.reason, 'stopped');
    }));

  it('hands over what it had begun when it is stopped', async () => {
    const witness = new CaptureWitness(camera({ kind: 'test-pattern' }));
    await witness.have(2);
    const { length } = witness.fragments;
    const stopped = clock.now().mono;
    await witness.run.stop();
    const last = witness.fragments.at(-1);
    assert.ok(last !== undefined && witness.fragments.length > length);
    assert.ok(stopped - (last.mono + last.durationMs) < 300, 'it reaches up to the stop');
  });

  it('begins anew when the system clock is set, for then sound and picture are not of one time', () =>
    withDirectory((directory) =>
      withMicrophone(directory, 48_000, async (audio) => {
        let step = 0;
        const wall = (): number => Date.now() + step;
        const witness = new CaptureWitness(camera({ kind: 'rpicam', audio }, { wall }));
        await witness.have(2);
        step = 5_000;
        await witness.haveEnded();
        assert.deepEqual([witness.end?.reason, witness.end?.lost], ['ended', undefined]);
        assert.match(witness.end?.detail ?? '', /clock was set/);
      }),
    ));

  it('gives each fragment the time its first picture was taken, within a fragment', async () => {
    const before = Date.now();
    const witness = new CaptureWitness(camera({ kind: 'test-pattern' }));
    await witness.have(3);
    const now = Date.now();
    await witness.run.stop();
    const [first] = witness.fragments;
    assert.ok(Date.parse(first?.at ?? '') >= before);
    const third = Date.parse(witness.fragments[2]?.at ?? '');
    assert.ok(now - third >= 700 && now - third < 1_900, `${now - third} ms`);
  });

  it('says once that pictures come too slowly', () =>
    withProgram(
      // Half as many pictures as are asked for, at the pace of the clock.
      `exec ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc2=size=320x240:rate=12 -re -f lavfi -i sine \\
        -c:v libx264 -preset ultrafast -tune zerolatency -g 10 -c:a aac -t 26 -f mp4 \\
        -movflags +empty_moov+default_base_moof+frag_keyframe -flush_packets 1 pipe:1`,
      {},
      (witness) => {
        assert.equal(witness.calls.filter((call) => call === 'frame-rate-low').length, 1);
        assert.match(witness.troubles[0] ?? '', /^1[12]\.\d pictures a second of 25$/);
        assert.equal(witness.calls.includes('sound-drifts'), false);
      },
    ));
});
