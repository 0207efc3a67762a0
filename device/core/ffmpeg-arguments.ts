import { burnInFilter, type BurnedIn } from './burned-in.ts';
import {
  burnsIn,
  countsByWallClock,
  planUses,
  type CaptureSettings,
  type Encoder,
  type PictureSettings,
} from './capture-settings.ts';
import type { CommandLine } from './command-line.ts';
import { rpicamArguments } from './rpicam-arguments.ts';
import type { CapturePlan, Sources } from './capture-plan.ts';

/** A fragment is one group of pictures; what a power cut takes is never longer than one and its way to the disk. */
const FRAGMENT_SECONDS = 0.8;
const SOUND_BITS_PER_SECOND = 64_000;
/** Samples a second by which sound is stretched so that it keeps to its timestamps: 2 %; no crystal is so far off. */
const SOUND_CORRECTION = 1_000;
/** Units a second on the picture's track: all rates from 1 to 60 that divide it come out whole. */
const PICTURE_TIMESCALE = 90_000;

const RAW_ROW_BYTES = 64;

export interface CaptureRequest {
  readonly settings: CaptureSettings;
  readonly plan: CapturePlan;
  readonly picture: PictureSettings;
  readonly encoder: Encoder;
  /** Undefined: the picture stays without lines. */
  readonly burnedIn: BurnedIn | undefined;
}

export interface Programs {
  readonly ffmpeg: string;
  readonly rpicam: string;
}

/**
 * The programs that give what the plan asks for on the last one's standard output: fragmented MP4 (H.264, AAC), or PCM,
 * signed 16 bit little-endian, 48 kHz, one channel. ffmpeg 5.1 or later. The same settings give the same codec
 * configuration in every run, with and without the other track, so that a recording can go on.
 */
export function capturePipeline(
  request: CaptureRequest,
  { ffmpeg, rpicam }: Programs,
): readonly CommandLine[] {
  const { settings, plan, picture } = request;
  const last = { program: ffmpeg, args: ffmpegArguments(request) };
  if (settings.kind !== 'rpicam' || !planUses(plan, 'picture')) return [last];
  return [{ program: rpicam, args: rpicamArguments(settings, picture, FRAGMENT_SECONDS) }, last];
}

export function ffmpegArguments(request: CaptureRequest): string[] {
  const { settings, plan } = request;
  const withPicture = planUses(plan, 'picture');
  const withSound = planUses(plan, 'sound');
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'warning'],
    // Both sources keep the wall clock's timestamps, so that they stay as far apart as they were taken.
    ...(countsByWallClock(settings) ? ['-copyts'] : []),
    ...(withPicture ? pictureInput(request) : []),
    ...(withSound ? soundInput(settings) : []),
    ...(withPicture ? ['-map', '0:v:0', ...pictureOutput(request)] : []),
    ...(withSound ? ['-map', `${withPicture ? 1 : 0}:a:0`, ...soundOutput(plan)] : []),
    ...(plan.format === 'wav' ? ['-f', 's16le', '-flush_packets', '1'] : container(request)),
    'pipe:1',
  ];
}

function pictureInput({ settings, picture }: CaptureRequest): string[] {
  const rate = String(picture.framesPerSecond);
  const size = `${picture.width}x${picture.height}`;
  switch (settings.kind) {
    case 'test-pattern':
      return ['-re', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}`];
    case 'v4l2':
      return [
        ...['-f', 'v4l2', '-timestamps', 'abs', '-thread_queue_size', '16'],
        ...(settings.inputFormat === undefined ? [] : ['-input_format', settings.inputFormat]),
        ...['-framerate', rate, '-video_size', size, '-i', settings.device],
      ];
    case 'rpicam': {
      const stream = ['-use_wallclock_as_timestamps', '1', '-framerate', rate];
      return burnsIn(settings)
        ? [
            ...[
              '-f',
              'rawvideo',
              '-pixel_format',
              'yuv420p',
              '-video_size',
              `${paddedWidth(picture)}x${picture.height}`,
            ],
            ...['-thread_queue_size', '8', ...stream, '-i', 'pipe:0'],
          ]
        : [
            '-f',
            'h264',
            '-analyzeduration',
            '500000',
            '-thread_queue_size',
            '256',
            ...stream,
            '-i',
            'pipe:0',
          ];
    }
    default:
      return settings satisfies never;
  }
}

function soundInput(settings: CaptureSettings): string[] {
  if (settings.kind === 'test-pattern') {
    return ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'];
  }
  if (settings.audio === undefined) throw new Error('invariant: a plan with sound has a microphone');
  return [
    ...['-f', 'alsa', '-thread_queue_size', '1024', '-channels', '1', '-sample_rate', '48000'],
    ...['-i', settings.audio],
  ];
}

/** rpicam-vid fills every row up. */
function paddedWidth({ width }: PictureSettings): number {
  return Math.ceil(width / RAW_ROW_BYTES) * RAW_ROW_BYTES;
}

function unpadded({ settings, picture }: CaptureRequest): string[] {
  const { width, height } = picture;
  return settings.kind === 'rpicam' && paddedWidth(picture) !== width ? [`crop=${width}:${height}:0:0`] : [];
}

function pictureOutput(request: CaptureRequest): string[] {
  const { settings, picture, encoder, burnedIn } = request;
  const timescale = ['-video_track_timescale', String(PICTURE_TIMESCALE)];
  if (!burnsIn(settings)) return ['-c:v', 'copy', '-bsf:v', FORWARD_ONLY, ...timescale];
  const { bitsPerSecond, framesPerSecond } = picture;
  const rate = String(bitsPerSecond);
  const filters = [...unpadded(request), ...(burnedIn === undefined ? [] : [burnInFilter(burnedIn)])];
  return [
    ...(filters.length === 0 ? [] : ['-vf', filters.join(',')]),
    ...['-pix_fmt', 'yuv420p', '-c:v', encoder, ...encoderOptions(encoder)],
    // Key frames by time, not by count: a camera that slows down in the dark has no longer fragments.
    ...['-fps_mode', 'vfr', '-r', String(framesPerSecond)],
    ...['-g', String(Math.max(2, Math.round(2 * framesPerSecond * FRAGMENT_SECONDS)))],
    ...['-force_key_frames', `expr:gte(t,n_forced*${FRAGMENT_SECONDS})`],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate, ...timescale],
  ];
}

/**
 * Bare H.264 has no timestamps: they are those of its arrival, and where pictures arrive together some are missing, which
 * counts as less than any, or stand in the wrong order. No picture has others to wait for, so each may follow the one
 * before it, by 0.01 s in units of the track.
 */
const FORWARD_ONLY = 'setts=ts=max(PTS\\,PREV_OUTPTS+900)';

function encoderOptions(encoder: Encoder): string[] {
  switch (encoder) {
    case 'libx264':
      return [
        '-preset',
        'veryfast',
        '-tune',
        'zerolatency',
        '-bf',
        '0',
        '-sc_threshold',
        '0',
        '-forced-idr',
        '1',
      ];
    case 'h264_v4l2m2m':
      return ['-num_capture_buffers', '16'];
    default:
      return encoder satisfies never;
  }
}

function soundOutput(plan: CapturePlan): string[] {
  const filter = ['-af', `aresample=async=${SOUND_CORRECTION}`];
  const format = ['-ar', '48000', '-ac', '1'];
  return plan.format === 'wav'
    ? [...filter, '-c:a', 'pcm_s16le', ...format]
    : [...filter, '-c:a', 'aac', '-b:a', String(SOUND_BITS_PER_SECOND), ...format];
}

function container({ settings, plan, encoder }: CaptureRequest): string[] {
  // A hardware encoder tells its configuration with its first picture only: until then `moov` must wait.
  const late = planUses(plan, 'picture') && burnsIn(settings) && encoder === 'h264_v4l2m2m';
  const cut = planUses(plan, 'picture')
    ? { flag: '+frag_keyframe', option: [] }
    : { flag: '', option: ['-frag_duration', String(FRAGMENT_SECONDS * 1_000_000)] };
  return [
    ...['-f', 'mp4', '-movflags', `+empty_moov+default_base_moof${late ? '+delay_moov' : ''}${cut.flag}`],
    ...['-use_editlist', '0', '-avoid_negative_ts', 'make_zero', ...cut.option, '-flush_packets', '1'],
  ];
}

/** Opens a source for a moment. Undefined: it is always there. For rpicam-vid its listing says what is there. */
export function probeCommand(
  settings: CaptureSettings,
  source: keyof Sources,
  { ffmpeg, rpicam }: Programs,
): CommandLine | undefined {
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
  if (settings.kind === 'test-pattern') return undefined;
  if (source === 'sound') {
    const args = [...quiet, ...soundInput(settings), '-frames:a', '1', '-f', 'null', '-'];
    return settings.audio === undefined ? undefined : { program: ffmpeg, args };
  }
  if (settings.kind === 'rpicam') return { program: rpicam, args: ['--list-cameras'] };
  const args = [...quiet, '-f', 'v4l2', '-i', settings.device, '-frames:v', '1', '-f', 'null', '-'];
  return { program: ffmpeg, args };
}
