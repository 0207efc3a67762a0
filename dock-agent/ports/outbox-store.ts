import type { IngestState, JournalName, JournalPage, ReceiptDelivery } from '@mingjing/protocol';

export interface WaitingJournal {
  readonly name: JournalName;
  /** Wall clock, milliseconds: when the first page that still waits came. */
  readonly docked: number;
  /** End of the pages held. */
  readonly held: number;
  /** Entries the latest receipt covers. */
  readonly covered: number;
}

export interface OutboxUsage {
  readonly bytes: number;
  readonly files: number;
  readonly journals: number;
  /** Wall clock, milliseconds, of the oldest that waits; undefined: nothing does. */
  readonly oldest: number | undefined;
}

/**
 * Journals and sealed objects that wait on the dock's disk for the archive.
 *
 * - What `takePage`, `put` or `cover` has resolved for MUST survive a power cut.
 * - Nothing leaves it but by `cover` (a receipt of the archive that was checked), `discard` and `forgetPages` (damaged).
 * - The disk is not believed: whoever sends what `read` gives MUST hash it.
 * - Calls may run side by side. Errors are OutboxError; after any of them the store goes on.
 */
export interface OutboxStore {
  /** What is held of this journal, in the archive's own shape: `missing`, keys and marked recordings first. */
  state(name: JournalName): IngestState;

  /**
   * Takes a page whose signature was checked. The same page twice does no harm. `code` 'page-gap', 'page-bad',
   * 'page-forked', 'full', 'storage-failed'.
   */
  takePage(name: JournalName, page: JournalPage, at: number): Promise<IngestState>;

  /** Takes an object that a page names. `code` 'not-named', 'full', 'altered', 'storage-failed'. */
  put(object: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void>;

  holds(object: string): boolean;

  /** Oldest docking first; those of which a page waits. */
  journals(): readonly WaitingJournal[];

  /** The first page that ends behind `size`; undefined: none. `code` 'altered': it is no page any more. */
  pageBeyond(name: JournalName, size: number): JournalPage | undefined;

  /** Pages that end behind `beyond` do not hold: the camera is asked for them again. */
  forgetPages(name: JournalName, beyond: number): Promise<void>;

  /** As it lies on the disk; rejects or ends wherever that fails. */
  read(object: string): AsyncIterable<Uint8Array>;

  /** It is not what its name says: put aside, and missing again. */
  discard(object: string): Promise<void>;

  /** The latest receipt the archive gave for this journal. */
  receipt(name: JournalName): ReceiptDelivery | undefined;

  /** A receipt over `size` entries that was checked: what it covers goes. One over less changes nothing. */
  cover(name: JournalName, size: number, delivery: ReceiptDelivery): Promise<void>;

  usage(): OutboxUsage;

  close(): void;
}
