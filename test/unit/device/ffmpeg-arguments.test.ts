import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readCameraPolicy } from '@mingjing/protocol';
import type { CapturePlan } from '../../../device/core/capture-plan.ts';
import type { CaptureSettings, Encoder } from '../../../device/core/capture-settings.ts';
import { pipelineScript, SOURCE_LEFT } from '../../../device/core/command-line.ts';
import { capturePipeline, probeCommand } from '../../../device/core/ffmpeg-arguments.ts';
import { listsCamera } from '../../../device/core/rpicam-arguments.ts';

const { picture } = readCameraPolicy({});
const PROGRAMS = { ffmpeg: 'ffmpeg', rpicam: 'rpicam-vid' };
const BOTH: CapturePlan = { format: 'mp4', picture: true, sound: true };
const PICTURE: CapturePlan = { format: 'mp4', picture: true, sound: false };
const SOUND: CapturePlan = { format: 'mp4', picture: false, sound: true };
const V4L2: CaptureSettings = { kind: 'v4l2', device: '/dev/video0', audio: 'hw:1,0', inputFormat: 'mjpeg' };
const burnedIn = { font: '/fonts/a.ttc', timeFile: '/shm/time', linesFile: '/shm/lines' };

function programs(settings: CaptureSettings, plan: CapturePlan, encoder: Encoder = 'libx264'): string[] {
  return capturePipeline({ settings, plan, picture, encoder, burnedIn }, PROGRAMS).map(({ program, args }) =>
    [program, ...args, ''].join(' '),
  );
}

function only(settings: CaptureSettings, plan: CapturePlan, encoder?: Encoder): string {
  const [program = '', ...more] = programs(settings, plan, encoder);
  assert.deepEqual(more, []);
  return program;
}

describe('arguments for ffmpeg', () => {
  it('open a V4L2 camera and an ALSA microphone on one clock', () => {
    const said = only(V4L2, BOTH);
    assert.match(
      said,
      /-copyts -f v4l2 -timestamps abs .*-input_format mjpeg -framerate 30 -video_size 1920x1080 -i \/dev\/video0 /,
    );
    assert.match(said, /-f alsa -thread_queue_size 1024 -channels 1 -sample_rate 48000 -i hw:1,0 /);
    assert.match(said, /-map 0:v:0 .*-map 1:a:0 /);
    assert.match(said, /-af aresample=async=1000 -c:a aac /);
    assert.match(said, /-avoid_negative_ts make_zero /);
  });

  it('ask for the size, rate and bit rate of the policy, and never more bits than that', () => {
    const said = only(V4L2, PICTURE);
    assert.match(said, /-r 30 /);
    assert.match(said, /-b:v 5000000 -maxrate 5000000 -bufsize 5000000 /);
  });

  it('leave out what the plan leaves out', () => {
    assert.doesNotMatch(only(V4L2, PICTURE), /alsa|-c:a|aresample/);
    assert.doesNotMatch(only(V4L2, SOUND), /v4l2|-c:v|drawtext|frag_keyframe/);
    assert.match(only(V4L2, SOUND), /-map 0:a:0 .*-frag_duration 800000 /);
    const wav = only(V4L2, { format: 'wav' });
    assert.doesNotMatch(wav, /v4l2|drawtext|mp4/);
    assert.match(wav, /-c:a pcm_s16le -ar 48000 -ac 1 -f s16le /);
  });

  it('cut by time, so that a camera that slows down has no longer fragments', () => {
    assert.match(only(V4L2, BOTH), /-fps_mode vfr .*-force_key_frames expr:gte\(t,n_forced\*0.8\) /);
  });

  it('let the moov wait for a hardware encoder, which tells its configuration late', () => {
    assert.match(only(V4L2, BOTH, 'h264_v4l2m2m'), /-c:v h264_v4l2m2m .*\+delay_moov/);
    assert.doesNotMatch(only(V4L2, BOTH), /delay_moov/);
    assert.doesNotMatch(only(V4L2, SOUND, 'h264_v4l2m2m'), /delay_moov/);
  });

  it('take raw pictures from rpicam-vid, with the filling of its rows cut off, and burn the lines in', () => {
    const settings: CaptureSettings = { kind: 'rpicam', audio: 'hw:1,0', camera: 1 };
    const [camera, ffmpeg] = programs(settings, BOTH);
    assert.match(
      camera ?? '',
      /^rpicam-vid --timeout 0 --nopreview .*--camera 1 --width 1920 --height 1080 --framerate 30 --codec yuv420 --output - $/,
    );
    assert.match(
      ffmpeg ?? '',
      /-f rawvideo -pixel_format yuv420p -video_size 1920x1080 .*-use_wallclock_as_timestamps 1 .*-i pipe:0 /,
    );
    assert.match(ffmpeg ?? '', /drawtext/);
    const odd = capturePipeline(
      { settings, plan: PICTURE, picture: { ...picture, width: 1000 }, encoder: 'libx264', burnedIn },
      PROGRAMS,
    ).map(({ args }) => args.join(' '));
    assert.match(odd[1] ?? '', /-video_size 1024x1080 .*-vf crop=1000:1080:0:0,drawtext/);
  });

  it('take H.264 as rpicam-vid made it, where it is to encode, and burn nothing in', () => {
    const settings: CaptureSettings = { kind: 'rpicam', encodedBy: 'camera' };
    const [camera, ffmpeg] = programs(settings, PICTURE);
    assert.match(camera ?? '', /--codec h264 --inline .*--bitrate 5000000 --intra 24 /);
    assert.match(ffmpeg ?? '', /-f h264 .*-c:v copy /);
    assert.doesNotMatch(ffmpeg ?? '', /drawtext|libx264/);
  });

  it('burn nothing in where there is nothing to read the lines from, and encode all the same', () => {
    const [line = ''] = capturePipeline(
      { settings: V4L2, plan: PICTURE, picture, encoder: 'libx264', burnedIn: undefined },
      PROGRAMS,
    ).map(({ args }) => args.join(' '));
    assert.match(line, /-c:v libx264 /);
    assert.doesNotMatch(line, /drawtext|-vf/);
  });

  it('leave rpicam-vid alone where only sound is wanted', () => {
    const said = only({ kind: 'rpicam', audio: 'hw:1,0' }, SOUND);
    assert.match(said, /^ffmpeg .*-f alsa /);
  });

  it('keep 1080p at 30 pictures below 2.6 GB an hour by default, filled-up chunks and all', () => {
    const said = only(V4L2, BOTH);
    const bits = Number(/-maxrate (\d+)/.exec(said)?.[1]) + Number(/-b:a (\d+)/.exec(said)?.[1]);
    const fragments = 3600 / 0.8;
    // A fragment is filled up to a whole chunk; boxes and stamp of one are below 2 KiB.
    const worst = (bits / 8) * 3600 + fragments * (65_536 + 2_048);
    assert.ok(worst <= 2.6e9, `${worst}`);
  });

  it('probe a source by opening it for a moment', () => {
    assert.equal(probeCommand({ kind: 'test-pattern' }, 'picture', PROGRAMS), undefined);
    assert.match(
      probeCommand(V4L2, 'picture', PROGRAMS)?.args.join(' ') ?? '',
      /-f v4l2 -i \/dev\/video0 -frames:v 1 /,
    );
    assert.match(probeCommand(V4L2, 'sound', PROGRAMS)?.args.join(' ') ?? '', /-i hw:1,0 -frames:a 1 /);
    assert.deepEqual(probeCommand({ kind: 'rpicam' }, 'picture', PROGRAMS)?.args, ['--list-cameras']);
  });
});

describe('a listing of Raspberry Pi cameras', () => {
  const listing = 'Available cameras\n-----------------\n0 : imx219 [3280x2464] (/base/a)\n    Modes: x\n';
  it('has the cameras it numbers, and no others', () => {
    assert.equal(listsCamera(listing, 0), true);
    assert.equal(listsCamera(listing, 1), false);
    assert.equal(listsCamera('No cameras available!\n', 0), false);
  });
});

describe('a pipeline of programs', () => {
  it('joins them without a shell reading any of their words', () => {
    const script = pipelineScript([
      { program: 'a', args: ["it's; rm -rf /", '$(b)', '`c`', 'a\nb'] },
      { program: 'd', args: ['|', '*'] },
    ]);
    assert.equal(
      script,
      `{ 'a' 'it'\\''s; rm -rf /' '$(b)' '\`c\`' 'a\nb'; echo "${SOURCE_LEFT} $?" >&2; } | 'd' '|' '*'`,
    );
  });
});
