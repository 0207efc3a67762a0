/** A state of an archive's custody log that the journal names. */
export interface Anchor {
  readonly origin: string;
  readonly size: number;
  /** base64 */
  readonly root: string;
}

export interface HeldAnchor extends Anchor {
  /** When the journal was last told: docking and monotonic milliseconds of this boot; absent: before this boot. */
  readonly told?: { readonly docking: number; readonly mono: number };
}

export interface AnchorBook {
  /** By origin. */
  readonly held: ReadonlyMap<string, HeldAnchor>;
  /** Dockings begun in this boot. */
  readonly docking: number;
  /** When entries were written, monotonic milliseconds. */
  readonly written: readonly number[];
}

/**
 * - `journal`: it is to be written down.
 * - `known`: it was, lately.
 * - `older`: a larger size of this log was anchored.
 * - `forked`: another root of this size was anchored: the log has two pasts.
 * - `busy`: too many were written down in the last hour.
 */
export type AnchorVerdict = 'journal' | 'known' | 'older' | 'forked' | 'busy';

const HOUR_MS = 3_600_000;
/** A log that grows with every look fills no journal. */
export const MAX_ANCHORS_AN_HOUR = 12;

export function anchorBook(anchors: Iterable<Anchor>): AnchorBook {
  return { held: new Map([...anchors].map((anchor) => [anchor.origin, anchor])), docking: 0, written: [] };
}

export function judgeAnchor(book: AnchorBook, { origin, size, root }: Anchor, mono: number): AnchorVerdict {
  const held = book.held.get(origin);
  if (held !== undefined) {
    if (size < held.size) return 'older';
    if (size === held.size && root !== held.root) return 'forked';
    if (size === held.size && held.told !== undefined) {
      const { docking, mono: toldMono } = held.told;
      if (docking === book.docking || mono - toldMono < HOUR_MS) return 'known';
    }
  }
  return lately(book, mono).length < MAX_ANCHORS_AN_HOUR ? 'journal' : 'busy';
}

/** The journal names it from now on. */
export function withAnchor(book: AnchorBook, anchor: Anchor, mono: number): AnchorBook {
  const told = { docking: book.docking, mono };
  return {
    ...book,
    held: new Map(book.held).set(anchor.origin, { ...anchor, told }),
    written: [...lately(book, mono), mono],
  };
}

function lately({ written }: AnchorBook, mono: number): readonly number[] {
  return written.filter((at) => mono - at < HOUR_MS);
}
