import { decodeEntry, toUtf8 } from '@mingjing/protocol';
import { NOTHING_REMEMBERED, remember, type Remembered } from '../core/remembered.ts';
import type { Journal } from '../ports/journal.ts';

const PAGE = 1_000;
/** Every entry begins with its type: only these are read whole. */
const BEGINNINGS = ['ordered', 'officer-', 'policy-applied', 'anchored', 'diagnosed'].map((type) =>
  Buffer.from(toUtf8(`{"type":"${type}`)),
);

/** What the entries that are kept say; the latest word holds. */
export function recollect(journal: Pick<Journal, 'first' | 'size' | 'entries'>): Remembered {
  let remembered = NOTHING_REMEMBERED;
  for (let from = journal.first; from < journal.size; from += PAGE) {
    for (const bytes of journal.entries(from, PAGE)) {
      if (!BEGINNINGS.some((beginning) => beginning.equals(bytes.subarray(0, beginning.length)))) continue;
      const read = decodeEntry(bytes);
      if (read.known) remembered = remember(remembered, read.entry);
    }
  }
  return remembered;
}
