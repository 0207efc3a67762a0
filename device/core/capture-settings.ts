import type { CameraPolicy, Track } from '@mingjing/protocol';
import type { CapturePlan, Sources } from './capture-plan.ts';

/** Size, rate and bit rate are the agency's decision. */
export type PictureSettings = CameraPolicy['picture'];

/** `auto`: what the machine has for it, if it works, else libx264. */
export type EncoderPreference = 'auto' | Encoder;
export type Encoder = 'libx264' | 'h264_v4l2m2m';

interface Common {
  readonly encoder?: EncoderPreference;
  /** Font file of the burned-in lines. Absent: the first that is there of a list of those that show Chinese. */
  readonly font?: string;
}

/** Where picture and sound come from. `audio`: an ALSA capture device such as `hw:1,0`; absent: there is no microphone. */
export type CaptureSettings = Common &
  (
    | { readonly kind: 'test-pattern' }
    | {
        readonly kind: 'v4l2';
        readonly device: string;
        readonly audio?: string;
        /** What the camera is to deliver, such as `mjpeg` or `yuyv422`. Absent: what the driver offers first. */
        readonly inputFormat?: string;
      }
    | {
        readonly kind: 'rpicam';
        readonly audio?: string;
        /** As `rpicam-vid --list-cameras` counts. */
        readonly camera?: number;
        /**
         * `ffmpeg`: pictures come raw, and time, device, officer and position are burned in. `camera`: rpicam-vid
         * encodes, at the least cost for the processor, and nothing is burned in.
         */
        readonly encodedBy?: 'ffmpeg' | 'camera';
      }
  );

/** What the settings name, whether it is plugged in or not. */
export function configuredSources(settings: CaptureSettings): Sources {
  return { picture: true, sound: settings.kind === 'test-pattern' || settings.audio !== undefined };
}

export function planUses(plan: CapturePlan, source: keyof Sources): boolean {
  return plan.format === 'wav' ? source === 'sound' : plan[source];
}

/** A source the plan asks for and that is not there. */
export function missingSource(plan: CapturePlan, there: Sources): keyof Sources | undefined {
  if (planUses(plan, 'picture') && !there.picture) return 'picture';
  if (planUses(plan, 'sound') && !there.sound) return 'sound';
  return undefined;
}

/** The tracks of a capture that a plan asks for, each under its own number. */
export function plannedTracks(plan: CapturePlan, tracks: readonly Track[]): Map<number, number> {
  const planned = tracks.filter(
    ({ kind }) =>
      (kind === 'video' && planUses(plan, 'picture')) || (kind === 'audio' && planUses(plan, 'sound')),
  );
  return new Map(planned.map(({ id }) => [id, id]));
}

/** Whether the lines are burned in by ffmpeg. */
export function burnsIn(settings: CaptureSettings): boolean {
  return settings.kind !== 'rpicam' || settings.encodedBy !== 'camera';
}

/**
 * Whether the timestamps within ffmpeg are the system's wall clock. Those of the test pattern begin at 0.
 * V4L2 counts by the monotonic clock and ALSA by the wall clock: only on one clock can they be held together.
 */
export function countsByWallClock(settings: CaptureSettings): boolean {
  return settings.kind !== 'test-pattern';
}
