import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readBoxes, splitInit, WAV_BYTES_PER_SECOND } from '@mingjing/protocol';

const run = promisify(execFile);

/** Init segment and one-second fragments of a real film: H.264 test pattern with a tone, made by ffmpeg. */
export interface Film {
  readonly init: Uint8Array;
  readonly fragments: readonly { readonly moof: Uint8Array; readonly mdat: Uint8Array }[];
}

const films = new Map<string, Promise<Film>>();

/** Films are made once for each length and size. */
export function makeFilm(seconds: number, size = '320x240'): Promise<Film> {
  const key = `${seconds} ${size}`;
  const made = films.get(key) ?? encodeFilm(seconds, size);
  films.set(key, made);
  return made;
}

async function encodeFilm(seconds: number, size: string): Promise<Film> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`];
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '25',
    '-c:a',
    'aac',
  ];
  const container = ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'];
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', '-nostdin', ...picture, ...sound, '-t', String(seconds), ...codecs, ...container],
    { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 },
  );
  const { init, fragments } = splitInit(Uint8Array.from(stdout));
  const boxes = readBoxes(fragments);
  return {
    init,
    fragments: boxes.flatMap((box, n) => {
      const next = boxes[n + 1];
      return box.type === 'moof' && next !== undefined ? [{ moof: box.bytes, mdat: next.bytes }] : [];
    }),
  };
}

const photos = new Map<string, Promise<Uint8Array>>();

/** A photo of the test pattern, made once for each size. */
export function makePhoto(size = '640x360'): Promise<Uint8Array> {
  const made = photos.get(size) ?? encodePhoto(size);
  photos.set(size, made);
  return made;
}

async function encodePhoto(size: string): Promise<Uint8Array> {
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', `testsrc2=size=${size}`, '-frames:v', '1'],
      ...['-c:v', 'mjpeg', '-q:v', '3', '-f', 'image2pipe', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
  );
  return Uint8Array.from(stdout);
}

/** PCM of a tone that rises, so that no second is like another. */
export function makeSound(seconds: number, from = 0): Uint8Array {
  const count = (seconds * WAV_BYTES_PER_SECOND) / 2;
  const samples = Int16Array.from({ length: count }, (_, n) => {
    const t = from + n / 48_000;
    return Math.round(9_000 * Math.sin(2 * Math.PI * (300 + 12 * t) * t));
  });
  return new Uint8Array(samples.buffer);
}
