import type { CommandLine } from './command-line.ts';
import type { Encoder, EncoderPreference, PictureSettings } from './capture-settings.ts';

export const HARDWARE: Encoder = 'h264_v4l2m2m';
const SOFTWARE: Encoder = 'libx264';

/** What is known of the machine. Undefined: not asked, because nothing hangs on it. */
export interface EncoderFacts {
  /** Output of `ffmpeg -encoders`. */
  readonly listing?: string;
  /** Whether {@link trialCommand} ended well and in time. */
  readonly trialPassed?: boolean;
}

/** Whether the machine must be asked: a trial needs a listed encoder, a listing a device that could encode. */
export function worthATrial(preference: EncoderPreference, videoDevices: readonly string[]): boolean {
  return preference === 'auto' && videoDevices.length > 0;
}

export function lists(listing: string, encoder: Encoder): boolean {
  return listing
    .split('\n')
    .some((line) => /^\s*V\S{5}\s/.test(line) && line.trim().split(/\s+/)[1] === encoder);
}

/** A build of ffmpeg offers the hardware encoder on every machine: only a trial tells whether there is one. */
export function chooseEncoder(preference: EncoderPreference, facts: EncoderFacts): Encoder {
  if (preference !== 'auto') return preference;
  const { listing = '', trialPassed = false } = facts;
  return lists(listing, HARDWARE) && trialPassed ? HARDWARE : SOFTWARE;
}

export function listingCommand(ffmpeg: string): CommandLine {
  return { program: ffmpeg, args: ['-hide_banner', '-nostdin', '-encoders'] };
}

/** Half a second of black at the size that will be asked for. */
export function trialCommand(ffmpeg: string, picture: PictureSettings): CommandLine {
  const { width, height, framesPerSecond, bitsPerSecond } = picture;
  return {
    program: ffmpeg,
    args: [
      ...['-hide_banner', '-nostdin', '-loglevel', 'error'],
      ...['-f', 'lavfi', '-i', `color=black:size=${width}x${height}:rate=${framesPerSecond}`],
      ...['-frames:v', String(Math.ceil(framesPerSecond / 2)), '-pix_fmt', 'yuv420p'],
      ...['-c:v', HARDWARE, '-b:v', String(bitsPerSecond), '-f', 'null', '-'],
    ],
  };
}
