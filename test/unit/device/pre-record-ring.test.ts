import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { StampedFragment } from '../../../device/core/fragment.ts';
import { EMPTY_RING, pushToRing } from '../../../device/core/pre-record-ring.ts';

const fragments = fc.array(
  fc.record({ durationMs: fc.integer({ min: 1, max: 3_000 }), bytes: fc.integer({ min: 1, max: 500 }) }),
  { maxLength: 80 },
);

function stamped(n: number, durationMs: number, bytes: number): StampedFragment {
  const fragment = {
    format: 'mp4' as const,
    at: '2026-11-20T08:00:00.000Z',
    mono: n,
    moof: new Uint8Array(0),
    runs: [],
    durationMs,
  };
  return { fragment: { ...fragment, mdat: new Uint8Array(bytes) }, clock: { source: 'free-running' } };
}

describe('pre-record ring', () => {
  it('holds the newest fragments without a gap, as long as wanted and no fragment longer', () => {
    fc.assert(
      fc.property(fragments, fc.integer({ min: 1, max: 30_000 }), (given, wantedMs) => {
        let ring = EMPTY_RING;
        let seenMs = 0;
        given.forEach(({ durationMs, bytes }, n) => {
          ring = pushToRing(ring, stamped(n, durationMs, bytes), wantedMs);
          seenMs += durationMs;
          const held = ring.fragments.map(({ fragment }) => fragment);
          assert.deepEqual(
            held.map(({ mono }) => mono),
            held.map((_, at) => n + 1 - held.length + at),
          );
          assert.equal(
            ring.durationMs,
            held.reduce((sum, one) => sum + one.durationMs, 0),
          );
          assert.equal(
            ring.bytes,
            held.reduce((sum, one) => sum + one.mdat.length, 0),
          );
          assert.ok(ring.durationMs >= Math.min(wantedMs, seenMs));
          assert.ok(ring.durationMs - (held[0]?.durationMs ?? 0) < wantedMs);
        });
      }),
    );
  });

  it('never holds more bytes than allowed, whatever the rate', () => {
    fc.assert(
      fc.property(fragments, (given) => {
        let ring = EMPTY_RING;
        for (const { durationMs, bytes } of given) {
          ring = pushToRing(ring, stamped(0, durationMs, bytes), 1_000_000, 1_000);
          assert.ok(ring.bytes <= 1_000);
        }
      }),
    );
  });

  it('holds nothing when no pre-record is wanted', () => {
    assert.equal(pushToRing(EMPTY_RING, stamped(0, 800, 10), 0), EMPTY_RING);
  });
});
