import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CLOCK_STEP_MS, watchClock } from '../../../device/core/clock-rules.ts';
import { addMillis } from '../../../device/core/time.ts';

const AT = '2026-11-20T08:00:00.000Z';

describe('clock rules', () => {
  it('tell a step exactly when the wall clock is off by more than 3 s, and what it would have shown', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -3_002, max: 3_002 })),
        (mono, off) => {
          const { step } = watchClock({ at: AT, mono: 5 }, { at: addMillis(AT, mono + off), mono: 5 + mono });
          if (Math.abs(off) <= CLOCK_STEP_MS) assert.equal(step, undefined);
          else assert.deepEqual(step, { before: addMillis(AT, mono), after: addMillis(AT, mono + off) });
        },
      ),
    );
  });

  it('tell it once, and add up steps that are too small to be told one by one', () => {
    let reference = watchClock(undefined, { at: AT, mono: 0 }).reference;
    const steps = [];
    for (let n = 1; n <= 8; n += 1) {
      const seen = watchClock(reference, { at: addMillis(AT, n * 2_000), mono: n * 1_000 });
      reference = seen.reference;
      steps.push(seen.step !== undefined);
    }
    assert.deepEqual(steps, [false, false, false, true, false, false, false, true]);
  });
});
