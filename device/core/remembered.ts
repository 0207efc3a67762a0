import type { Entry, EntryOf } from '@mingjing/protocol';

/**
 * What the journal itself says of orders, officer and policy. The small files beside it are signed by nobody: none of them is
 * believed against this.
 */
export interface Remembered {
  /** By archive: the latest sequence taken. */
  readonly orders: ReadonlyMap<string, number>;
  /** The latest word on who has the camera. */
  readonly officer?: EntryOf<'officer-assigned'> | EntryOf<'officer-returned'>;
  readonly policy?: EntryOf<'policy-applied'>;
}

export const NOTHING_REMEMBERED: Remembered = { orders: new Map() };

export function remember(before: Remembered, entry: Entry): Remembered {
  if (entry.type === 'ordered') {
    const { archive, sequence } = entry;
    const last = before.orders.get(archive) ?? 0;
    return { ...before, orders: new Map(before.orders).set(archive, Math.max(last, sequence)) };
  }
  if (entry.type === 'officer-assigned' || entry.type === 'officer-returned')
    return { ...before, officer: entry };
  return entry.type === 'policy-applied' ? { ...before, policy: entry } : before;
}
