import { burnsIn, type CaptureSettings, type PictureSettings } from './capture-settings.ts';

/**
 * Arguments for rpicam-vid (rpicam-apps 1.4 or later): pictures on standard output until it is ended, no preview.
 * Raw ones are YUV 4:2:0, plane behind plane, each row of brightness filled up to a multiple of 64 bytes.
 */
export function rpicamArguments(
  settings: Extract<CaptureSettings, { readonly kind: 'rpicam' }>,
  picture: PictureSettings,
  fragmentSeconds: number,
): string[] {
  const { width, height, framesPerSecond, bitsPerSecond } = picture;
  const codec = burnsIn(settings)
    ? ['--codec', 'yuv420']
    : [
        ...['--codec', 'h264', '--inline', '--profile', 'high'],
        ...['--bitrate', String(bitsPerSecond)],
        ...['--intra', String(Math.max(1, Math.round(framesPerSecond * fragmentSeconds)))],
      ];
  return [
    ...['--timeout', '0', '--nopreview', '--verbose', '0', '--flush'],
    ...(settings.camera === undefined ? [] : ['--camera', String(settings.camera)]),
    ...['--width', String(width), '--height', String(height), '--framerate', String(framesPerSecond)],
    ...codec,
    ...['--output', '-'],
  ];
}

/** Whether the listing of `rpicam-vid --list-cameras` has the camera. */
export function listsCamera(listing: string, camera: number): boolean {
  return listing.split('\n').some((line) => new RegExp(`^\\s*${camera} : `).test(line));
}
