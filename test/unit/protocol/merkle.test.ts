import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  Frontier,
  fromHex,
  leafHash,
  MerkleTree,
  toHex,
  verifyConsistency,
  verifyInclusion,
} from '@mingjing/protocol';

/** The eight entries of the reference vectors of RFC 6962 (certificate-transparency, merkle_tree_test). */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(fromHex);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const entries = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 200 });

function flip(hash: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(hash);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

describe('the RFC 6962 tree', () => {
  it('has the roots of the reference vectors at every size', () => {
    const tree = MerkleTree.of(ENTRIES);
    const frontier = new Frontier();
    for (const [size, root] of ROOTS.entries()) {
      assert.equal(toHex(tree.root(size)), root);
      assert.equal(toHex(frontier.root()), root);
      const next = ENTRIES[size];
      if (next !== undefined) frontier.append(next);
    }
  });

  it('has the audit paths of the reference vectors', () => {
    const path = MerkleTree.of(ENTRIES).inclusionProof(5, 8).map(toHex);
    assert.deepEqual(path, [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('grows from its frontier alone, resumed at any size', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, cut) => {
        const at = cut % all.length;
        const first = new Frontier();
        all.slice(0, at).forEach((entry) => first.append(entry));
        const resumed = new Frontier(first.size, first.subtrees);
        all.slice(at).forEach((entry) => resumed.append(entry));
        assert.deepEqual(resumed.root(), MerkleTree.of(all).root());
      }),
    );
  });

  it('proves every entry at every size, and nothing else', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), fc.nat(), (all, a, b, bit) => {
        const tree = MerkleTree.of(all);
        const size = 1 + (a % all.length);
        const index = b % size;
        const claim = {
          leaf: leafHash(all[index] ?? new Uint8Array()),
          index,
          size,
          proof: tree.inclusionProof(index, size),
          root: tree.root(size),
        };
        assert.ok(verifyInclusion(claim));
        assert.ok(!verifyInclusion({ ...claim, leaf: flip(claim.leaf, bit) }));
        assert.ok(!verifyInclusion({ ...claim, root: flip(claim.root, bit) }));
        assert.ok(!verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] }));
        if (claim.proof.length > 0) {
          const n = bit % claim.proof.length;
          assert.ok(
            !verifyInclusion({
              ...claim,
              proof: claim.proof.map((hash, k) => (k === n ? flip(hash, bit) : hash)),
            }),
          );
          assert.ok(!verifyInclusion({ ...claim, proof: claim.proof.slice(1) }));
        }
      }),
    );
  });

  it('proves that it only grew, and refuses any other past', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), fc.nat(), (all, a, b, bit) => {
        const tree = MerkleTree.of(all);
        const size = 1 + (a % all.length);
        const oldSize = b % (size + 1);
        const claim = {
          oldSize,
          oldRoot: tree.root(oldSize),
          size,
          root: tree.root(size),
          proof: tree.consistencyProof(oldSize, size),
        };
        assert.ok(verifyConsistency(claim));
        assert.ok(!verifyConsistency({ ...claim, proof: [...claim.proof, claim.root] }));
        assert.ok(!verifyConsistency({ ...claim, oldRoot: flip(claim.oldRoot, bit) }));
        if (oldSize > 0) assert.ok(!verifyConsistency({ ...claim, root: flip(claim.root, bit) }));
      }),
    );
  });

  it('refuses sizes and hashes out of shape instead of failing', () => {
    const root = new Uint8Array(32);
    for (const size of [-1, 0.5, NaN, 2 ** 60]) {
      assert.ok(!verifyInclusion({ leaf: root, index: 0, size, proof: [], root }));
      assert.ok(!verifyConsistency({ oldSize: 0, oldRoot: root, size, root, proof: [] }));
    }
    assert.ok(!verifyInclusion({ leaf: root, index: 0, size: 2, proof: [new Uint8Array(31)], root }));
  });
});
