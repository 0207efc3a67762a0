import { equalBytes, Frontier, type Checkpoint } from '@mingjing/protocol';

/** A page whose checkpoint bears the camera's valid signature. Its entries came over a line that may have bent them. */
export interface SignedPage {
  readonly from: number;
  readonly entries: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
}

/** What the archive holds of the journal, as far as the page touches it. */
export interface HeldRun {
  readonly size: number;
  /** The held tree at the page's `from`. */
  readonly prefix: { readonly size: number; readonly subtrees: readonly Uint8Array[] };
  /** Held entries from `from` to the end of the page or of what is held, whichever comes first. */
  readonly entries: readonly Uint8Array[];
}

export type IngestDecision =
  /** New entries behind what is held; the tree with them has the root the camera signed. */
  | { readonly decision: 'append'; readonly entries: readonly Uint8Array[]; readonly tree: Frontier }
  /** All held already: the checkpoint is another valid one of the same history. */
  | { readonly decision: 'duplicate'; readonly tree: Frontier }
  | { readonly decision: 'gap' }
  /** The camera signed a history that contradicts the one it signed before: proven by its own signature. */
  | { readonly decision: 'forked'; readonly why: string }
  /**
   * The camera signed a root to which these entries do not lead. Either the line bent the entries or the history
   * before `from` differs: sending from further back will tell.
   */
  | { readonly decision: 'unreconciled'; readonly why: string }
  | { readonly decision: 'bad'; readonly why: string };

/** Judges a page against what is held. Nothing is decided on the relay's word: only on the camera's signature. */
export function decidePage(held: HeldRun, page: SignedPage): IngestDecision {
  const to = page.from + page.entries.length;
  if (page.checkpoint.size !== to)
    return {
      decision: 'bad',
      why: `the checkpoint is of size ${page.checkpoint.size}, the page ends at ${to}`,
    };
  if (page.from > held.size) return { decision: 'gap' };
  const difference = firstDifference(held.entries, page.entries);
  return to <= held.size
    ? decideWithin(held, page, to, difference)
    : decideBeyond(held, page, to, difference);
}

function decideWithin(
  held: HeldRun,
  page: SignedPage,
  to: number,
  difference: number | undefined,
): IngestDecision {
  const tree = grow(held.prefix, held.entries);
  if (!equalBytes(tree.root(), page.checkpoint.root))
    return { decision: 'forked', why: `the camera has signed two different histories of ${to} entries` };
  if (difference !== undefined)
    return { decision: 'bad', why: `entry ${page.from + difference} was altered on the way` };
  return { decision: 'duplicate', tree };
}

function decideBeyond(
  held: HeldRun,
  page: SignedPage,
  to: number,
  difference: number | undefined,
): IngestDecision {
  const tree = grow(held.prefix, page.entries);
  if (!equalBytes(tree.root(), page.checkpoint.root))
    return { decision: 'unreconciled', why: `the entries do not lead to the root signed for size ${to}` };
  if (difference !== undefined)
    return {
      decision: 'forked',
      why: `the camera has signed two different entries ${page.from + difference}`,
    };
  return { decision: 'append', entries: page.entries.slice(held.size - page.from), tree };
}

function grow(prefix: HeldRun['prefix'], entries: readonly Uint8Array[]): Frontier {
  const tree = new Frontier(prefix.size, prefix.subtrees);
  for (const entry of entries) tree.append(entry);
  return tree;
}

function firstDifference(held: readonly Uint8Array[], page: readonly Uint8Array[]): number | undefined {
  const common = Math.min(held.length, page.length);
  for (let n = 0; n < common; n += 1) {
    const [one, other] = [held[n], page[n]];
    if (one === undefined || other === undefined || !equalBytes(one, other)) return n;
  }
  return undefined;
}

/** A held run from an earlier tree state: the first `skip` entries lead up to the page's `from`. */
export function heldRun(
  size: number,
  before: HeldRun['prefix'],
  entries: readonly Uint8Array[],
  skip: number,
): HeldRun {
  const tree = grow(before, entries.slice(0, skip));
  return { size, prefix: { size: tree.size, subtrees: tree.subtrees }, entries: entries.slice(skip) };
}
