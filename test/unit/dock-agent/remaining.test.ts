import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextPace, remaining, startPace } from '../../../dock-agent/core/remaining.ts';

describe('the time that remains', () => {
  it('is not told before the pace is known, and is nothing when all is there', () => {
    const pace = startPace(0, 0);
    assert.equal(remaining(pace, 100), undefined);
    assert.equal(remaining(pace, 0), 0);
  });

  it('is right at an even pace', () => {
    let pace = startPace(0, 0);
    for (let second = 1; second <= 10; second += 1) pace = nextPace(pace, second * 1_000, second * 5_000);
    assert.equal(remaining(pace, 50_000), 10_000);
  });

  it('follows a slower line', () => {
    let pace = nextPace(startPace(0, 0), 1_000, 10_000);
    for (let second = 2; second <= 30; second += 1)
      pace = nextPace(pace, second * 1_000, 9_000 + second * 1_000);
    const left = remaining(pace, 10_000) ?? 0;
    assert.ok(left > 9_000 && left <= 10_000, String(left));
  });

  it('is never negative or unsound, whatever is measured', () => {
    const point = fc.tuple(fc.integer({ min: -10, max: 10_000 }), fc.nat());
    fc.assert(
      fc.property(fc.array(point), fc.nat(), (points, left) => {
        let pace = startPace(0, 0);
        let at = 0;
        for (const [elapsed, bytes] of points) pace = nextPace(pace, (at += elapsed), bytes);
        const millis = remaining(pace, left);
        assert.ok(millis === undefined || (Number.isSafeInteger(millis) && millis >= 0));
      }),
    );
  });
});
