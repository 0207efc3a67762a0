import { MAX_PAGE_ENTRIES, type IngestState } from '../wire/http.ts';

/** The camera's signed tree head at the end of the last page that was handed on. */
export interface SeenCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
}

/** An object that failed and waits for its next turn. */
export interface SetAside {
  readonly attempts: number;
  /** Millis. */
  readonly until: number;
}

/** What is known of one journal's way into the archive. Claims of both sides; nothing here is trusted with footage. */
export interface Transfer {
  /** Entries in the camera's journal when it was last looked at; undefined: look. */
  readonly size: number | undefined;
  /** What the archive says it holds; undefined: ask. */
  readonly archive: IngestState | undefined;
  /** Entries the archive is known to hold. */
  readonly held: number;
  /**
   * A receipt must cover this many entries. Of what was pushed by us: up to the last that names an object. Of what the
   * archive had without its doing, or its knowing: all, for nobody knows what was left undone before.
   */
  readonly target: number;
  /** Entries that the receipt covers which the camera was handed. */
  readonly handed: number;
  /** Objects the archive took since it was last asked. */
  readonly moved: ReadonlySet<string>;
  readonly aside: ReadonlyMap<string, SetAside>;
  readonly checkpoint: SeenCheckpoint | undefined;
  readonly movedBytes: number;
  readonly movedObjects: number;
}

export const FRESH_TRANSFER: Transfer = {
  size: undefined,
  archive: undefined,
  held: 0,
  target: 0,
  handed: 0,
  moved: new Set(),
  aside: new Map(),
  checkpoint: undefined,
  movedBytes: 0,
  movedObjects: 0,
};

export type TransferStep =
  | { readonly step: 'look' }
  | { readonly step: 'ask-archive' }
  | { readonly step: 'rolled-back'; readonly held: number; readonly size: number }
  | { readonly step: 'push-journal'; readonly from: number }
  | { readonly step: 'move-object'; readonly object: string; readonly size: number }
  | { readonly step: 'hand-receipt' }
  | { readonly step: 'await-object'; readonly until: number }
  | { readonly step: 'await-receipt' }
  | { readonly step: 'done' };

/**
 * What to do next. The journal first, so that every object is named before it comes; then objects in the archive's
 * order; then the receipt, also when it covers a part only; then whatever the camera wrote on getting it. `done` when
 * the archive holds the journal as it was last seen, misses nothing, and the camera has a receipt for all it named.
 * `choose`: of the objects that are missing, those to be moved now, the first to go first.
 */
export function nextTransferStep(
  transfer: Transfer,
  now: number,
  choose: (missing: IngestState['missing']) => IngestState['missing'] = (missing) => missing,
): TransferStep {
  const { size, archive, target, handed, moved, aside } = transfer;
  if (size === undefined) return { step: 'look' };
  if (archive === undefined) return { step: 'ask-archive' };
  if (archive.size > size) return { step: 'rolled-back', held: archive.size, size };
  if (archive.size < size) return { step: 'push-journal', from: archive.size };
  const wanted = choose(archive.missing.filter(({ object }) => !moved.has(object)));
  const next = wanted.find(({ object }) => (aside.get(object)?.until ?? 0) <= now);
  if (next !== undefined) return { step: 'move-object', object: next.object, size: next.size };
  if (moved.size > 0) return { step: 'ask-archive' };
  if (handed < target && handed < archive.receipted) return { step: 'hand-receipt' };
  if (wanted.length > 0) {
    const until = Math.min(...wanted.map(({ object }) => aside.get(object)?.until ?? now));
    return { step: 'await-object', until };
  }
  return handed < target ? { step: 'await-receipt' } : { step: 'done' };
}

/** Entries that the archive holds already and is to be shown again: from the next one to the last. */
export interface Recount {
  readonly from: number;
  readonly to: number;
}

/**
 * The page at the end of what both sides have. The camera's checkpoint over it signs every entry before as well, so
 * that it alone shows whether the two histories are one; undefined: they have nothing in common to compare.
 */
export function recountOf({ size, archive }: Transfer): Recount | undefined {
  const to = Math.min(size ?? 0, archive?.size ?? 0);
  return to === 0 ? undefined : { from: Math.max(0, to - MAX_PAGE_ENTRIES), to };
}

/** Bytes and objects: done, and all in all as far as is known. */
export function transferTotals(transfer: Transfer): {
  bytes: number;
  totalBytes: number;
  objects: number;
  totalObjects: number;
} {
  const open = transfer.archive?.missing.filter(({ object }) => !transfer.moved.has(object)) ?? [];
  return {
    bytes: transfer.movedBytes,
    totalBytes: transfer.movedBytes + open.reduce((sum, { size }) => sum + size, 0),
    objects: transfer.movedObjects,
    totalObjects: transfer.movedObjects + open.length,
  };
}
