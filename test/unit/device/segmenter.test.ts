import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { endsBefore } from '../../../device/core/segmenter.ts';

function cut(durations: readonly number[], targetMs: number): number[][] {
  const segments: number[][] = [];
  let current: number[] = [];
  for (const next of durations) {
    if (
      endsBefore(
        current.reduce((sum, one) => sum + one, 0),
        next,
        targetMs,
      )
    ) {
      segments.push(current);
      current = [];
    }
    current.push(next);
  }
  return [...segments, current];
}

const durations = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 100 });
const targets = fc.integer({ min: 1_000, max: 30_000 });
const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

describe('segmenter', () => {
  it('makes no empty segment, however long a fragment is', () => {
    assert.equal(endsBefore(0, 60_000, 10_000), false);
  });

  it('keeps every fragment, once and in order, and makes no empty segment', () => {
    fc.assert(
      fc.property(durations, targets, (given, targetMs) => {
        const segments = cut(given, targetMs);
        assert.deepEqual(segments.flat(), given);
        assert.ok(segments.every((segment) => segment.length > 0));
      }),
    );
  });

  it('ends each at the boundary nearest the target', () => {
    fc.assert(
      fc.property(durations, targets, (given, targetMs) => {
        const segments = cut(given, targetMs);
        segments.slice(0, -1).forEach((segment, n) => {
          const off = Math.abs(sum(segment) - targetMs);
          const next = segments[n + 1]?.[0] ?? 0;
          assert.ok(off <= Math.abs(sum(segment) + next - targetMs));
          if (segment.length > 1) assert.ok(off <= Math.abs(sum(segment.slice(0, -1)) - targetMs));
        });
      }),
    );
  });
});
