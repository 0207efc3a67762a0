import { FfmpegCamera } from '../../device/adapters/ffmpeg/ffmpeg-camera.ts';
import type { CaptureSettings } from '../../device/core/capture-settings.ts';
import { clock, quiet } from './device-capture.ts';

/** A process that captures until it is killed. Says `ready` with the first fragment; `exit` makes it leave at once. */
const [settings = '', rpicam = '', end = ''] = process.argv.slice(2);
const picture = { width: 320, height: 240, framesPerSecond: 25, bitsPerSecond: 300_000 };
const camera = new FfmpegCamera(
  JSON.parse(settings) as CaptureSettings,
  () => picture,
  'cam-1',
  clock,
  quiet,
  { rpicam },
);
camera.start(
  { format: 'mp4', picture: true, sound: false },
  {
    ready: () => undefined,
    fragment: () => {
      process.stdout.write('{"ready":true}\n');
      if (end === 'exit') process.exit(0);
    },
    trouble: () => undefined,
    ended: () => undefined,
  },
);
