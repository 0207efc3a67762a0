import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { lostSource } from '../../../device/core/lost-source.ts';

const NAMES = { picture: '/dev/video0', sound: 'hw:1,0' };
const PI = { picture: 'pipe:0', sound: 'hw:1,0' };

describe('which source was lost', () => {
  const cases: [line: string, lost: 'picture' | 'sound' | undefined, names?: typeof NAMES][] = [
    ['[video4linux2,v4l2 @ 0x55d0c0] ioctl(VIDIOC_DQBUF): No such device', 'picture'],
    ['/dev/video0: No such device', 'picture'],
    [
      '[video4linux2,v4l2 @ 0x55d0c0] Cannot open video device /dev/video0: No such file or directory',
      'picture',
    ],
    ['/dev/video0: No such file or directory', 'picture'],
    ['/dev/video0: Device or resource busy', 'picture'],
    ['[video4linux2,v4l2 @ 0x55d0c0] ioctl(VIDIOC_STREAMON): No space left on device', 'picture'],
    ['[video4linux2,v4l2 @ 0x55d0c0] Not a video capture device.', 'picture'],
    ['[in#0 @ 0x5581] Error opening input: No such file or directory', undefined],
    ['Error opening input file /dev/video0.', 'picture'],
    ['[video4linux2,v4l2 @ 0x55d0c0] Dequeued v4l2 buffer contains corrupted data (0 bytes).', undefined],
    ['[video4linux2,v4l2 @ 0x55d0c0] The driver changed the time per frame from 1/60 to 1/30', undefined],
    ['[video4linux2,v4l2 @ 0x55d0c0] ioctl(VIDIOC_G_INPUT): Inappropriate ioctl for device', undefined],
    ['[alsa @ 0x55d0c0] cannot open audio device hw:1,0 (No such file or directory)', 'sound'],
    ['[alsa @ 0x55d0c0] ALSA read error: No such device', 'sound'],
    ['[alsa @ 0x55d0c0] cannot set channel count to 1 (Invalid argument)', 'sound'],
    ['hw:1,0: Input/output error', 'sound'],
    ['hw:1,0: No such device', 'sound'],
    ['[alsa @ 0x55d0c0] ALSA buffer xrun.', undefined],
    [
      '[alsa @ 0x55d0c0] Thread message queue blocking; consider raising the thread_queue_size option',
      undefined,
    ],
    ["ALSA lib confmisc.c:855:(parse_card) cannot find card '1'", undefined],
    ['[libx264 @ 0x55d0c0] VBV underflow (frame 1, -1 bits)', undefined],
    ['ERROR: *** no cameras available ***', 'picture', PI],
    ['ERROR: Device timeout detected, attempting a restart!!!', 'picture', PI],
    [
      '[0:01:02.3] [42] ERROR V4L2 v4l2_videodevice.cpp:2095 /dev/video4[16:cap]: Dequeue timer of 1000000.00us has expired!',
      undefined,
      PI,
    ],
    ['Camera frontend has timed out!', 'picture', PI],
    ['source program left with status 255', 'picture', PI],
    ['source program left with status 0', 'picture', PI],
    ['source program left with status 141', undefined, PI],
  ];
  for (const [line, lost, names = NAMES] of cases) {
    it(`is ${lost ?? 'none'}: ${line}`, () => {
      assert.equal(lostSource([line], names), lost);
    });
  }

  it('is the first that was named', () => {
    const lines = ['[alsa @ 0x1] ALSA read error: No such device', '/dev/video0: No such device'];
    assert.equal(lostSource(lines, NAMES), 'sound');
  });

  it('is none of those the plan does not use', () => {
    assert.equal(lostSource(['hw:1,0: No such device'], { picture: '/dev/video0' }), undefined);
    assert.equal(lostSource(['/dev/video0: No such device'], { sound: 'hw:1,0' }), undefined);
    assert.equal(
      lostSource(['[video4linux2,v4l2 @ 0x1] ioctl(VIDIOC_DQBUF): No such device'], {}),
      undefined,
    );
  });

  it('is not the camera when it was ffmpeg that did not take its pictures any more', () => {
    const lines = ['ERROR: *** failed to write output bytes ***', 'source program left with status 255'];
    assert.equal(lostSource(lines, PI), undefined);
  });
});
