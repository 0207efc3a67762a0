import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { chooseEncoder, lists, worthATrial } from '../../../device/core/encoder-choice.ts';

const LISTING = `Encoders:
 V..... = Video
 ------
 V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)
 V..... h264_v4l2m2m         V4L2 mem2mem H.264 encoder wrapper (codec h264)
`;

describe('the encoder', () => {
  it('is the one of the machine if it is listed and a trial shows that it works', () => {
    assert.equal(chooseEncoder('auto', { listing: LISTING, trialPassed: true }), 'h264_v4l2m2m');
  });

  it('is libx264 if the trial fails, nothing is listed, or nothing was asked', () => {
    assert.equal(chooseEncoder('auto', { listing: LISTING, trialPassed: false }), 'libx264');
    assert.equal(chooseEncoder('auto', { listing: LISTING }), 'libx264');
    assert.equal(chooseEncoder('auto', { listing: '', trialPassed: true }), 'libx264');
    assert.equal(chooseEncoder('auto', {}), 'libx264');
  });

  it('is whichever is configured, without a trial', () => {
    assert.equal(chooseEncoder('h264_v4l2m2m', {}), 'h264_v4l2m2m');
    assert.equal(chooseEncoder('libx264', { listing: LISTING, trialPassed: true }), 'libx264');
    assert.equal(worthATrial('libx264', ['video11']), false);
  });

  it('is tried only where there is a device that could encode', () => {
    assert.equal(worthATrial('auto', ['video11']), true);
    assert.equal(worthATrial('auto', []), false);
  });

  it('is listed by its own name', () => {
    assert.equal(lists(LISTING, 'h264_v4l2m2m'), true);
    assert.equal(lists(LISTING.replaceAll('h264_v4l2m2m', 'hevc_v4l2m2m'), 'h264_v4l2m2m'), false);
    assert.equal(lists('h264_v4l2m2m is not known', 'h264_v4l2m2m'), false);
  });
});
