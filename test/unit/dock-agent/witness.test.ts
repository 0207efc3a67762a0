import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  ed25519SignerFromSeed,
  equalBytes,
  formatAddCheckpoint,
  MerkleTree,
  noteSigner,
  noteVerifier,
  parseNote,
  signCheckpoint,
  toUtf8,
} from '@mingjing/protocol';
import {
  judgeCheckpoint,
  type HeldCheckpoint,
  type WitnessVerdict,
} from '../../../dock-agent/core/witness.ts';

const ORIGIN = 'mingjing/archive/a-1/custody';
const NAME = 'mingjing/archive/a-1';
const key = ed25519SignerFromSeed(new Uint8Array(32).fill(1));
const stranger = ed25519SignerFromSeed(new Uint8Array(32).fill(2));

/** `fork`: from this entry on it is another log. */
function history(length: number, fork = Infinity): MerkleTree {
  return MerkleTree.of(Array.from({ length }, (_, n) => toUtf8(n < fork ? `${n}` : `other ${n}`)));
}

function note(tree: MerkleTree, size = tree.size, signer = key, origin = ORIGIN): string {
  return signCheckpoint({ origin, size, root: tree.root(size) }, noteSigner(NAME, signer));
}

function held(tree: MerkleTree, size: number): HeldCheckpoint {
  return { size, root: tree.root(size), note: note(tree, size) };
}

function judge(body: string | Uint8Array, known: HeldCheckpoint | undefined): WitnessVerdict {
  return judgeCheckpoint(body, (origin) =>
    origin === ORIGIN ? { keys: [noteVerifier(NAME, key.publicKey)], held: known } : undefined,
  );
}

describe('a witness', () => {
  const ten = history(10);
  const ask = (old: number, size: number, tree = ten, checkpoint = note(tree, size)): string =>
    formatAddCheckpoint({ old, proof: old > size ? [] : tree.consistencyProof(old, size), checkpoint });

  it('cosigns what it sees first, and what grows from it', () => {
    for (const [known, body] of [
      [undefined, ask(0, 0)],
      [undefined, ask(0, 10)],
      [held(ten, 0), ask(0, 10)],
      [held(ten, 3), ask(3, 10)],
      [held(ten, 8), ask(8, 9)],
    ] as const) {
      const verdict = judge(body, known);
      assert.equal(verdict.status, 200, JSON.stringify(verdict));
      const { text } = parseNote(verdict.next.note);
      assert.equal(verdict.text, text);
      assert.equal(verdict.origin, ORIGIN);
    }
  });

  it('cosigns the same again: its answer may have been lost', () => {
    assert.equal(judge(ask(7, 7), held(ten, 7)).status, 200);
  });

  it('answers 400 to what is no request, and to a log that shrinks by its own words', () => {
    for (const body of ['', 'old 0\n\n', 'old 0\n\nx\n', ask(9, 8), ask(0, 1).replace('old 0', 'old x')])
      assert.equal(judge(body, undefined).status, 400, JSON.stringify(body));
    assert.equal(judge(ask(9, 8), held(ten, 9)).status, 400);
  });

  it('answers 404 for a log it does not know', () => {
    assert.equal(
      judge(ask(0, 3, ten, note(ten, 3, key, 'mingjing/archive/a-2/custody')), undefined).status,
      404,
    );
  });

  it('answers 403 when nobody it knows has signed', () => {
    assert.equal(judge(ask(0, 3, ten, note(ten, 3, stranger)), undefined).status, 403);
    const bent = note(ten, 3).replace('\n3\n', '\n4\n');
    assert.equal(judge(ask(0, 4, ten, bent), undefined).status, 403);
  });

  it('answers 409 with its size to who starts from another', () => {
    for (const [old, size] of [
      [0, 10],
      [4, 10],
      [6, 10],
      [2, 3],
    ] as const) {
      const verdict = judge(ask(old, size), held(ten, 5));
      assert.ok(verdict.status === 409);
      assert.deepEqual([verdict.size, verdict.contradicts], [5, false]);
    }
    const first = judge(ask(4, 10), undefined);
    assert.ok(first.status === 409);
    assert.equal(first.size, 0);
  });

  it('answers 409 to another root of the same size, which is a fork', () => {
    const other = history(10, 4);
    for (const old of [0, 5, 10]) {
      const verdict = judge(ask(old, 10, other), held(ten, 10));
      assert.ok(verdict.status === 409);
      assert.equal(verdict.contradicts, true, `from ${old}`);
    }
  });

  it('calls it no fork when it has nothing to hold it against', () => {
    const root = ten.root();
    const strange = signCheckpoint({ origin: ORIGIN, size: 0, root }, noteSigner(NAME, key));
    const verdict = judge(formatAddCheckpoint({ old: 0, proof: [], checkpoint: strange }), undefined);
    assert.ok(verdict.status === 409);
    assert.equal(verdict.contradicts, false);
  });

  it('answers 422 when the proof does not hold', () => {
    const other = history(10, 2);
    assert.equal(judge(ask(5, 10, other), held(ten, 5)).status, 422);
    assert.equal(judge(ask(5, 10).replace(/\n[^\n]+/, ''), held(ten, 5)).status, 422);
    const stuffed = formatAddCheckpoint({ old: 0, proof: [ten.root()], checkpoint: note(ten) });
    assert.equal(judge(stuffed, undefined).status, 422);
    assert.equal(judge(stuffed.replace('old 0', 'old 10'), held(ten, 10)).status, 422);
  });

  it('never cosigns two histories, whatever it is asked in whatever order', () => {
    const request = fc.record({
      fork: fc.constantFrom(Infinity, 0, 3, 7, 11),
      old: fc.nat({ max: 14 }),
      size: fc.nat({ max: 14 }),
      start: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        let known: HeldCheckpoint | undefined;
        const cosigned: { tree: MerkleTree; size: number }[] = [];
        for (const { fork, old, size, start } of requests) {
          const tree = history(14, fork);
          // Half of them begin where the witness is: the others hardly get anywhere.
          const verdict = judge(ask(start ? (known?.size ?? 0) : old, size, tree), known);
          if (verdict.status !== 200) continue;
          known = verdict.next;
          cosigned.push({ tree, size });
        }
        const last = cosigned.at(-1);
        for (const { tree, size } of cosigned) {
          assert.ok(size <= (last?.size ?? 0), 'it only grows');
          assert.ok(equalBytes(tree.root(size), last?.tree.root(size) ?? new Uint8Array()), 'it is one log');
        }
      }),
    );
  });

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 })), (garbage) => {
        assert.equal(judge(garbage, held(ten, 5)).status, 400);
      }),
    );
  });
});
