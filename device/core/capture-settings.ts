/** What the camera is asked for. */
export interface PictureSettings {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly bitsPerSecond: number;
}

export type CaptureSettings =
  | ({ readonly kind: 'test-pattern' } & PictureSettings)
  | ({ readonly kind: 'v4l2'; readonly device: string; readonly audio?: string } & PictureSettings);

/** A fragment is one group of pictures; what a power cut takes is never longer than one and its way to the disk. */
const FRAGMENT_SECONDS = 0.8;

/** Arguments for ffmpeg (5.1 or later): fragmented MP4 on standard output, picture H.264, sound AAC. */
export function ffmpegArguments(settings: CaptureSettings, device: string): string[] {
  const { bitsPerSecond, framesPerSecond } = settings;
  const gop = String(Math.max(1, Math.round(framesPerSecond * FRAGMENT_SECONDS)));
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
    ...inputs(settings),
    ...['-vf', burnedIn(device), '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-bf', '0'],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-r', String(framesPerSecond)],
    ...['-b:v', String(bitsPerSecond), '-maxrate', String(bitsPerSecond), '-bufsize', String(bitsPerSecond)],
    ...['-c:a', 'aac', '-b:a', '64k', '-ar', '48000'],
    ...['-f', 'mp4', '-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-flush_packets', '1'],
    'pipe:1',
  ];
}

function inputs(settings: CaptureSettings): string[] {
  const { width, height, framesPerSecond } = settings;
  const size = `${width}x${height}`;
  switch (settings.kind) {
    case 'test-pattern':
      return [
        ...['-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${framesPerSecond}`],
        ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'],
      ];
    case 'v4l2':
      return [
        ...['-f', 'v4l2', '-thread_queue_size', '64', '-framerate', String(framesPerSecond)],
        ...['-video_size', size, '-i', settings.device],
        ...(settings.audio === undefined
          ? []
          : ['-f', 'alsa', '-thread_queue_size', '256', '-channels', '1', '-i', settings.audio]),
      ];
    default:
      return settings satisfies never;
  }
}

/** Device number and local time with milliseconds, in the picture itself. The id holds a-z, 0-9 and - only. */
function burnedIn(device: string): string {
  const time = '%{localtime\\:%Y-%m-%d %H\\\\\\:%M\\\\\\:%S.%3N %z}';
  return [
    `drawtext=text='${device}  ${time}'`,
    'x=8:y=h-th-8:fontsize=h/20:fontcolor=white:box=1:boxcolor=black@0.5:boxborderw=4',
  ].join(':');
}
