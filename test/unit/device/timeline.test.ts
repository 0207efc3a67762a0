import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readRuns, readTracks } from '@mingjing/protocol';
import { millisInto, rebase, timelineFrom } from '../../../device/core/timeline.ts';
import { FragmentClock } from '../../../device/core/fragment-clock.ts';
import { AUDIO, EPOCH, plainFragment, plainInit, VIDEO } from '../../support/device-media.ts';
import { addMillis } from '../../../device/core/time.ts';

const tracks = readTracks(plainInit());

describe('timeline of a recording', () => {
  it('begins at 0 and keeps picture and sound within a unit of where they were', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 10_000_000_000 }),
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 0, max: 10_000 }),
        (mediaMs, soundAfterMs, laterMs) => {
          const first = plainFragment({ mediaMs, soundAfterMs, mono: 0 });
          const timeline = timelineFrom(tracks, first);
          const later = plainFragment({ mediaMs: mediaMs + laterMs, soundAfterMs, mono: 0 });
          const seconds = readRuns(rebase(timeline, later)).map((run) => {
            const scale = run.track === VIDEO.id ? VIDEO.timescale : AUDIO.timescale;
            return Number(run.decodeTime) / scale;
          });
          const [picture = NaN, sound = NaN] = seconds;
          assert.ok(Math.abs(Math.min(picture, sound) - laterMs / 1000) < 0.0002);
          assert.ok(Math.abs(sound - picture - soundAfterMs / 1000) < 0.0002);
          assert.ok(Math.abs(millisInto(timeline, later) - laterMs) <= 1);
        },
      ),
    );
  });
});

describe('time of a fragment', () => {
  it('is that of the least delayed arrival, and never runs backwards', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 }), (delays) => {
        const clock = new FragmentClock();
        let last = 0;
        delays.forEach((delay, n) => {
          const mono = 10_000 + (n + 1) * 800 + delay;
          const moment = clock.momentOf(n * 800, (n + 1) * 800, { mono, at: addMillis(EPOCH, mono) });
          const true_ = 10_000 + n * 800;
          const least = Math.min(...delays.slice(0, n + 1));
          assert.ok(moment.mono >= last && moment.mono >= true_);
          assert.ok(moment.mono - true_ <= Math.max(least, 0) + 1 + n * 0.5 || moment.mono === last);
          assert.equal(moment.at, addMillis(EPOCH, moment.mono));
          last = moment.mono;
        });
      }),
    );
  });
});

describe('a fragment whose bytes lie in a Buffer', () => {
  it('is not changed by being moved onto a timeline', () => {
    const first = plainFragment({ mediaMs: 5_000, mono: 0 });
    const fragment = { ...first, moof: Buffer.from(first.moof) };
    const before = Buffer.from(fragment.moof).toString('hex');
    rebase(timelineFrom(tracks, fragment), fragment);
    assert.equal(fragment.moof.toString('hex'), before);
  });
});
