import { Frontier, leafHash, MerkleTree, randomBytes, sha256, verifyInclusion } from '@mingjing/protocol';
import { compare } from './compare.ts';

/** What the tree costs beside one bare hash of each entry. */
const COUNT = 20_000;
const entries = Array.from({ length: COUNT }, () => randomBytes(600));
const tree = MerkleTree.of(entries);
const root = tree.root();

compare(`a journal of ${COUNT} entries`, 0, {
  'one bare SHA-256 an entry': () => entries.forEach((entry) => void sha256(entry)),
  'append to the frontier': () => {
    const frontier = new Frontier();
    for (const entry of entries) frontier.append(entry);
  },
  'append, and the root after each': () => {
    const frontier = new Frontier();
    for (const entry of entries) {
      frontier.append(entry);
      frontier.root();
    }
  },
  'prove and verify each': () => {
    for (const [index, entry] of entries.entries()) {
      verifyInclusion({ leaf: leafHash(entry), index, size: COUNT, proof: tree.inclusionProof(index), root });
    }
  },
});
