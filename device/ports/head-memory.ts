import type { JournalHead } from '../core/journal-head.ts';

/** Remembers how far the journal had come, on another medium than the journal's own. */
export interface HeadMemory {
  /** Undefined: nothing is remembered, or nothing that can be read. */
  recall(): JournalHead | undefined;
  /** MUST be durable, whole, when it returns. False: it could not be kept, and what was kept before still is. */
  keep(head: JournalHead): boolean;
}
