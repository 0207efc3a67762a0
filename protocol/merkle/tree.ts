import { emptyRoot, leafHash, nodeHash } from './tree-hash.ts';

/**
 * A whole RFC 6962 tree in memory (about 64 bytes a leaf), for whoever must give proofs: O(log n) each.
 * Who only appends uses {@link Frontier}.
 */
export class MerkleTree {
  /** `levels[h][i]` is the root of the full subtree over leaves `[i * 2^h, (i + 1) * 2^h)`. */
  readonly #levels: Uint8Array[][] = [[]];

  static of(entries: Iterable<Uint8Array>): MerkleTree {
    const tree = new MerkleTree();
    for (const entry of entries) tree.appendLeafHash(leafHash(entry));
    return tree;
  }

  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  appendLeafHash(leaf: Uint8Array): void {
    let hash = leaf;
    for (let height = 0; ; height += 1) {
      const level = (this.#levels[height] ??= []);
      level.push(hash);
      if (level.length % 2 === 1) return;
      hash = nodeHash(this.#full(height, level.length - 2), hash);
    }
  }

  /** The root when the tree had `size` leaves. */
  root(size = this.size): Uint8Array {
    this.#requireSize(size);
    return size === 0 ? emptyRoot() : this.#range(0, size);
  }

  /** RFC 6962 section 2.1.1: the audit path of a leaf, the leaf's sibling first. */
  inclusionProof(index: number, size = this.size): Uint8Array[] {
    this.#requireSize(size);
    if (!(Number.isSafeInteger(index) && index >= 0 && index < size))
      throw new RangeError(`no leaf ${index}`);
    const path: Uint8Array[] = [];
    let from = 0;
    let to = size;
    while (to - from > 1) {
      const middle = from + splitPoint(to - from);
      if (index < middle) {
        path.push(this.#range(middle, to));
        to = middle;
      } else {
        path.push(this.#range(from, middle));
        from = middle;
      }
    }
    return path.reverse();
  }

  /** RFC 6962 section 2.1.2: that the tree of `oldSize` leaves is a prefix of the one of `size` leaves. */
  consistencyProof(oldSize: number, size = this.size): Uint8Array[] {
    this.#requireSize(size);
    if (!(Number.isSafeInteger(oldSize) && oldSize >= 0 && oldSize <= size)) {
      throw new RangeError(`no tree of ${oldSize} leaves`);
    }
    if (oldSize === 0 || oldSize === size) return [];
    const path: Uint8Array[] = [];
    let from = 0;
    let to = size;
    while (oldSize !== to) {
      const middle = from + splitPoint(to - from);
      if (oldSize <= middle) {
        path.push(this.#range(middle, to));
        to = middle;
      } else {
        path.push(this.#range(from, middle));
        from = middle;
      }
    }
    // A full left spine starts at 0: its root is the old root, which the verifier has.
    if (from !== 0) path.push(this.#range(from, to));
    return path.reverse();
  }

  /** The root over leaves `[from, to)`, where `from` is a multiple of the range's full-subtree size. */
  #range(from: number, to: number): Uint8Array {
    const count = to - from;
    const height = Math.log2(count);
    if (Number.isInteger(height)) return this.#full(height, from / count);
    const middle = from + splitPoint(count);
    return nodeHash(this.#range(from, middle), this.#range(middle, to));
  }

  #full(height: number, index: number): Uint8Array {
    const hash = this.#levels[height]?.[index];
    if (hash === undefined) throw new Error('invariant: every full subtree below the size is kept');
    return hash;
  }

  #requireSize(size: number): void {
    if (!(Number.isSafeInteger(size) && size >= 0 && size <= this.size))
      throw new RangeError(`no tree of ${size} leaves`);
  }
}

/** RFC 6962 section 2.1: the largest power of two smaller than `n`, for n ≥ 2. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
