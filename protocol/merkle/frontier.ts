import { ProtocolError } from '../errors.ts';
import { HASH_BYTES } from '../crypto/sha256.ts';
import { emptyRoot, leafHash, nodeHash } from './tree-hash.ts';

/**
 * A growing RFC 6962 tree in O(log n) memory.
 *
 * Holds the roots of the full subtrees that make up the tree, largest first, one for each set bit of
 * the size. That is all it takes to append for ever and to know the root at every size passed.
 */
export class Frontier {
  #size: number;
  readonly #subtrees: Uint8Array[];

  /** An empty tree, or one resumed from what `subtrees` gave at that size. */
  constructor(size = 0, subtrees: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(size) || size < 0 || setBits(size) !== subtrees.length) {
      throw new ProtocolError(
        'bad-proof',
        `a tree of ${size} leaves does not have ${subtrees.length} subtrees`,
      );
    }
    if (subtrees.some((hash) => hash.length !== HASH_BYTES)) {
      throw new ProtocolError('bad-proof', 'a subtree hash has 32 bytes');
    }
    this.#size = size;
    this.#subtrees = subtrees.map((hash) => Uint8Array.from(hash));
  }

  get size(): number {
    return this.#size;
  }

  /** What to store in order to resume at this size. */
  get subtrees(): readonly Uint8Array[] {
    return this.#subtrees;
  }

  append(entry: Uint8Array): void {
    this.appendLeafHash(leafHash(entry));
  }

  appendLeafHash(leaf: Uint8Array): void {
    let hash = leaf;
    for (let bits = this.#size; bits % 2 === 1; bits = Math.floor(bits / 2)) {
      const left = this.#subtrees.pop();
      if (left === undefined) throw new Error('invariant: one subtree for each set bit of the size');
      hash = nodeHash(left, hash);
    }
    this.#subtrees.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    return (
      this.#subtrees.reduceRight<Uint8Array | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      ) ?? emptyRoot()
    );
  }

  clone(): Frontier {
    return new Frontier(this.#size, this.#subtrees);
  }
}

function setBits(n: number): number {
  let count = 0;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
