import assert from 'node:assert/strict';
import fc from 'fast-check';
import { receiptBound, receiptSizeOrBound, type LostSpan } from '../../../central/core/receipt-rule.ts';

interface Model {
  readonly size: number;
  readonly checkpoints: readonly number[];
  readonly missing: readonly number[];
  readonly lost: readonly LostSpan[];
}

/** As the archive asks: largest checkpoint below the bound, again and again. */
function largest({ size, checkpoints, missing, lost }: Model): number | undefined {
  let bound = receiptBound(size, missing.length === 0 ? undefined : Math.min(...missing));
  for (;;) {
    const candidate = Math.max(-1, ...checkpoints.filter((checkpoint) => checkpoint <= bound));
    if (candidate < 0) return undefined;
    bound = receiptSizeOrBound(candidate, lost);
    if (bound === candidate) return candidate;
  }
}

/** What a receipt says, word for word. */
function mayBeSigned({ missing, lost }: Model, size: number): boolean {
  return (
    missing.every((entry) => entry >= size) && lost.every((span) => span.entry >= size || span.lost < size)
  );
}

describe('a receipt', () => {
  it('covers the whole journal when nothing is missing', () => {
    assert.equal(largest({ size: 9, checkpoints: [3, 9], missing: [], lost: [] }), 9);
  });

  it('ends before the first entry that names a missing object', () => {
    assert.equal(largest({ size: 9, checkpoints: [3, 5, 9], missing: [7, 5], lost: [] }), 5);
    assert.equal(largest({ size: 9, checkpoints: [9], missing: [5], lost: [] }), undefined);
  });

  it('passes over a lost object only where the journal itself declares the loss below it', () => {
    const lost = [{ entry: 2, lost: 6 }];
    assert.equal(largest({ size: 9, checkpoints: [2, 4, 6, 9], missing: [], lost }), 9);
    assert.equal(largest({ size: 9, checkpoints: [2, 4, 6, 9], missing: [8], lost }), 2);
    assert.equal(largest({ size: 9, checkpoints: [2, 4, 7], missing: [], lost }), 7);
  });

  it('is the largest that may be signed, whatever is missing or lost', () => {
    const entry = fc.nat({ max: 29 });
    const span = fc
      .tuple(entry, fc.integer({ min: 1, max: 10 }))
      .map(([at, after]) => ({ entry: at, lost: at + after }));
    const model = fc.record({
      size: fc.constant(30),
      checkpoints: fc.uniqueArray(fc.integer({ min: 1, max: 30 })),
      missing: fc.array(entry, { maxLength: 3 }),
      lost: fc.array(span, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(model, (given) => {
        const expected = given.checkpoints.filter((size) => mayBeSigned(given, size));
        assert.equal(largest(given), expected.length === 0 ? undefined : Math.max(...expected));
      }),
    );
  });
});
