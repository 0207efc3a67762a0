import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { overlayLine, timeLine } from '../../device/core/burned-in.ts';
import { ffmpegArguments } from '../../device/core/ffmpeg-arguments.ts';

const run = promisify(execFile);

/** Calls `use` with a fresh directory and clears it away. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'mingjing-device-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface Probe {
  readonly codecs: readonly string[];
  readonly seconds: number;
  readonly startSeconds: number;
  /** Pictures that decode. */
  readonly frames: number;
  /** What ffmpeg complained about while decoding everything. */
  readonly complaints: string;
}

/** Timestamps as they are, so that nothing is said of pictures that come closer together than the rate says. */
const EXACT = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];

/** What ffprobe and a full decode by ffmpeg say of a film. */
export async function probe(film: Uint8Array): Promise<Probe> {
  return await withDirectory(async (directory) => {
    const path = join(directory, 'film.mp4');
    writeFileSync(path, film);
    const wanted = 'stream=codec_name,nb_read_frames:format=duration,start_time';
    const probed = await run('ffprobe', [
      ...['-v', 'error', '-count_frames', '-show_entries', wanted, '-of', 'json', path],
    ]);
    const decoded = await run('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, ...EXACT, '-f', 'null', '-']);
    const { streams, format } = JSON.parse(probed.stdout) as {
      streams: { codec_name: string; nb_read_frames: string }[];
      format: { duration: string; start_time: string };
    };
    return {
      codecs: streams.map((stream) => stream.codec_name),
      seconds: Number(format.duration),
      startSeconds: Number(format.start_time),
      frames: Number(streams[0]?.nb_read_frames),
      complaints: decoded.stderr + probed.stderr,
    };
  });
}

let film: Promise<Uint8Array> | undefined;

/** Four seconds of the camera's own test pattern, as fast as they can be made. */
export function cameraFilm(): Promise<Uint8Array> {
  film ??= encodeCameraFilm();
  return film;
}

async function encodeCameraFilm(): Promise<Uint8Array> {
  return await withDirectory(async (directory) => {
    const [timeFile, linesFile] = [join(directory, 'time'), join(directory, 'lines')];
    writeFileSync(timeFile, timeLine('cam-1', Date.now()));
    writeFileSync(linesFile, overlayLine({}));
    const live = ffmpegArguments({
      settings: { kind: 'test-pattern' },
      plan: { format: 'mp4', picture: true, sound: true },
      picture: { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 },
      encoder: 'libx264',
      burnedIn: { font: undefined, timeFile, linesFile },
    });
    const args = live.filter((argument) => argument !== '-re');
    args.splice(-1, 0, '-t', '4');
    const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
    return Uint8Array.from(stdout);
  });
}
