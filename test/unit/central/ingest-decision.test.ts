import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decidePage, heldRun, type HeldRun, type SignedPage } from '../../../central/core/ingest-decision.ts';
import { Frontier } from '../../../protocol/merkle/frontier.ts';
import { MerkleTree } from '../../../protocol/merkle/tree.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const history = (count: number, flavour = ''): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => bytes(`${flavour}${n}`));

function page(entries: readonly Uint8Array[], from: number, to: number): SignedPage {
  const root = MerkleTree.of(entries).root(to);
  return {
    from,
    entries: entries.slice(from, to),
    checkpoint: { origin: 'mingjing/camera/a/1', size: to, root },
  };
}

/** The archive holds `entries` and has a checkpoint at `checkpoint`. */
function held(entries: readonly Uint8Array[], from: number, to: number, checkpoint = 0): HeldRun {
  const start = Math.min(checkpoint, from);
  const tree = new Frontier();
  for (const entry of entries.slice(0, start)) tree.append(entry);
  const run = entries.slice(start, Math.max(from, Math.min(to, entries.length)));
  return heldRun(entries.length, { size: tree.size, subtrees: tree.subtrees }, run, from - start);
}

function decide(kept: readonly Uint8Array[], sent: SignedPage, checkpoint = 0): string {
  const to = sent.from + sent.entries.length;
  const run = sent.from > kept.length ? held(kept, 0, 0) : held(kept, sent.from, to, checkpoint);
  return decidePage(run, sent).decision;
}

describe('a page of a journal', () => {
  it('is appended when it continues what is held and leads to the signed root', () => {
    const all = history(20);
    const decision = decidePage(held(all.slice(0, 8), 8, 20), page(all, 8, 20));
    assert.ok(decision.decision === 'append');
    assert.deepEqual(decision.entries, all.slice(8));
    assert.deepEqual(decision.tree.root(), MerkleTree.of(all).root());
  });

  it('adds only what is new when it overlaps what is held', () => {
    const all = history(20);
    const decision = decidePage(held(all.slice(0, 8), 3, 20), page(all, 3, 20));
    assert.ok(decision.decision === 'append');
    assert.deepEqual(decision.entries, all.slice(8));
  });

  it('is a duplicate when all of it is held', () => {
    assert.equal(decide(history(20), page(history(20), 5, 12)), 'duplicate');
    assert.equal(decide(history(20), page(history(20), 20, 20)), 'duplicate');
  });

  it('leaves a gap when it begins behind what is held', () => {
    assert.equal(decide(history(4), page(history(20), 5, 12)), 'gap');
  });

  it('is bad when its checkpoint is of another size', () => {
    const sent = page(history(20), 5, 12);
    assert.equal(decide(history(5), { ...sent, entries: sent.entries.slice(0, 3) }), 'bad');
  });

  it('is bad when the line altered an entry that is held', () => {
    const sent = page(history(20), 5, 12);
    assert.equal(decide(history(20), { ...sent, entries: [bytes('x'), ...sent.entries.slice(1)] }), 'bad');
  });

  it('is unreconciled when the line altered a new entry, or the past was another', () => {
    const sent = page(history(20), 5, 12);
    assert.equal(
      decide(history(5), { ...sent, entries: [bytes('x'), ...sent.entries.slice(1)] }),
      'unreconciled',
    );
    const other = [...history(3), ...history(17, 'other')];
    assert.equal(decide(history(8), page(other, 8, 15)), 'unreconciled');
  });

  it('is a fork when the camera signed another history of a size that is held', () => {
    const other = [...history(3), ...history(17, 'other')];
    assert.equal(decide(history(20), page(other, 10, 12)), 'forked');
    assert.equal(decide(history(20), page(other, 20, 20)), 'forked', 'even without any entry');
  });

  it('is a fork when it grew from an earlier state into another history', () => {
    const other = [...history(3), ...history(27, 'other')];
    assert.equal(decide(history(20), page(other, 0, 30)), 'forked');
  });

  it('is judged alike from any checkpoint that is kept', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        (size, from, length, checkpoint) => {
          const all = history(100);
          const kept = all.slice(0, size);
          const expected = from > size ? 'gap' : from + length <= size ? 'duplicate' : 'append';
          assert.equal(decide(kept, page(all, from, from + length), Math.min(checkpoint, size)), expected);
        },
      ),
    );
  });

  it('never becomes part of the journal when the camera did not sign exactly that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(),
        (size, length, which) => {
          const all = history(size + length);
          const sent = page(all, size, size + length);
          const entries = sent.entries.map((entry, n) => (n === which % length ? bytes('bent') : entry));
          assert.equal(decide(all.slice(0, size), { ...sent, entries }), 'unreconciled');
        },
      ),
    );
  });
});
