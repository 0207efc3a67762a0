import type { Entry, EntryOf } from '@mingjing/protocol';
import type { Anchor } from './anchor-rules.ts';

/**
 * What the journal itself says of orders, officer, policy, anchors and diagnosis. The small files beside it are signed by nobody: none of them is
 * believed against this.
 */
export interface Remembered {
  /** By archive: the latest sequence taken. */
  readonly orders: ReadonlyMap<string, number>;
  /** The latest word on who has the camera. */
  readonly officer?: EntryOf<'officer-assigned'> | EntryOf<'officer-returned'>;
  readonly policy?: EntryOf<'policy-applied'>;
  /** By origin: the largest size of each log. */
  readonly anchors: ReadonlyMap<string, Anchor>;
  /** The latest. */
  readonly diagnosis?: EntryOf<'diagnosed'>;
}

export const NOTHING_REMEMBERED: Remembered = { orders: new Map(), anchors: new Map() };

export function remember(before: Remembered, entry: Entry): Remembered {
  if (entry.type === 'ordered') {
    const { archive, sequence } = entry;
    const last = before.orders.get(archive) ?? 0;
    return { ...before, orders: new Map(before.orders).set(archive, Math.max(last, sequence)) };
  }
  if (entry.type === 'officer-assigned' || entry.type === 'officer-returned')
    return { ...before, officer: entry };
  if (entry.type === 'anchored') {
    const { origin, size, root } = entry;
    if (size <= (before.anchors.get(origin)?.size ?? -1)) return before;
    return { ...before, anchors: new Map(before.anchors).set(origin, { origin, size, root }) };
  }
  if (entry.type === 'diagnosed') return { ...before, diagnosis: entry };
  return entry.type === 'policy-applied' ? { ...before, policy: entry } : before;
}
