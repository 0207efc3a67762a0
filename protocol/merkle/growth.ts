import { Frontier } from './frontier.ts';
import { leafHash } from './tree-hash.ts';
import { splitPoint } from './tree.ts';

/** A node of a proof: the root over leaves `[from, to)`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A consistency proof (RFC 6962 section 2.1.2) out of what a log keeps anyhow: the frontier at the old size and the
 * entries since. What a proof names left of the old size are subtrees of that frontier; the rest lies right of it.
 */
export class Growth {
  readonly #old: Frontier;
  readonly #size: number;
  readonly #spans: readonly Span[];
  /** The spans right of the old size, each with what is known of it, in the order of their leaves. */
  readonly #right: readonly { readonly span: Span; readonly tree: Frontier }[];
  #next: number;
  #filling = 0;

  /** `old`: the tree at the old size. */
  constructor(old: Frontier, size: number) {
    if (!Number.isSafeInteger(size) || size < old.size)
      throw new RangeError(`a tree of ${old.size} leaves does not grow to ${size}`);
    this.#old = old;
    this.#size = size;
    this.#spans = old.size === 0 || old.size === size ? [] : spansOf(old.size, size);
    this.#right = this.#spans
      .filter(({ from }) => from >= old.size)
      .toSorted((a, b) => a.from - b.from)
      .map((span) => ({ span, tree: new Frontier() }));
    this.#next = old.size;
  }

  /** Entries from the old size on, in order. */
  append(entry: Uint8Array): void {
    const at = this.#next;
    if (at >= this.#size) throw new RangeError(`there is no entry ${at} below ${this.#size}`);
    this.#next += 1;
    if (at === this.#right[this.#filling]?.span.to) this.#filling += 1;
    this.#right[this.#filling]?.tree.appendLeafHash(leafHash(entry));
  }

  /** Once all entries below the size were given; none are needed where the proof is empty. */
  proof(): Uint8Array[] {
    if (this.#spans.length > 0 && this.#next !== this.#size)
      throw new RangeError(`entries ${this.#next} to ${this.#size} were not given`);
    return this.#spans.map((span) => this.#hash(span));
  }

  #hash(span: Span): Uint8Array {
    const right = this.#right.find((one) => one.span === span);
    const hash = right === undefined ? subtreeAt(this.#old, span.from) : right.tree.root();
    if (hash === undefined) throw new Error('invariant: left of the old size lie subtrees of its frontier');
    return hash;
  }
}

/** The nodes of the proof, in its order, for 0 < `old` < `size`. */
function spansOf(old: number, size: number): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let to = size;
  while (old !== to) {
    const middle = from + splitPoint(to - from);
    if (old <= middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  // A full left spine starts at 0: its root is the old root, which the verifier has.
  if (from !== 0) spans.push({ from, to });
  return spans.reverse();
}

/** The subtree of a frontier whose leaves begin at `from`. */
function subtreeAt({ size, subtrees }: Frontier, from: number): Uint8Array | undefined {
  let begin = 0;
  for (const hash of subtrees) {
    if (begin === from) return hash;
    begin += largestPower(size - begin);
  }
  return undefined;
}

/** The largest power of two that is not above `n`. */
function largestPower(n: number): number {
  return splitPoint(n + 1);
}
