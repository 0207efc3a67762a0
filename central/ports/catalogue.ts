import type { JournalName, NamedObject, RecordingMode } from '@mingjing/protocol';
import type { Fact, JournalFault } from '../core/facts.ts';
import type { LostSpan } from '../core/receipt-rule.ts';
import type { RecordingCounts } from '../core/summaries.ts';

/** A tree as it stood at one size: what it takes to append, and its root. */
export interface TreeState {
  readonly size: number;
  readonly subtrees: readonly Uint8Array[];
}

/** One journal as the archive holds it. */
export interface JournalRecord extends TreeState {
  readonly name: JournalName;
  /** The evidence chain of the first page taken in, PEM, leaf first. */
  readonly evidence: readonly string[];
  /** Entries the latest receipt covers. */
  readonly receipted: number;
  readonly receipt?: string;
}

export interface StoredCheckpoint extends TreeState {
  readonly root: Uint8Array;
  /** The camera's signed note, verbatim. */
  readonly note: string;
}

/** Everything one page adds to a journal. */
export interface JournalAppend {
  readonly name: JournalName;
  /** The size that was read when the page was judged. */
  readonly expected: number;
  readonly evidence: readonly string[];
  readonly entries: readonly Uint8Array[];
  readonly checkpoint: StoredCheckpoint;
  readonly facts: readonly Fact[];
}

/** A page of the camera's that cannot stand beside what is held. */
export interface ForkRecord {
  readonly name: JournalName;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly kind: 'contradiction' | 'other-key' | 'unreconciled';
  /** Size and note of its checkpoint. */
  readonly size: number;
  readonly note: string;
  /** The whole page as it came, JSON; for 'unreconciled' the note alone is kept. */
  readonly page: Uint8Array;
}

export interface RecordingRow extends RecordingCounts {
  readonly name: JournalName;
  readonly recording: string;
}

/**
 * What the archive knows. Every write is one transaction and, when its promise resolves, MUST survive a power cut at
 * any later instant; a write that rejects MUST have changed nothing. Reads see whole transactions only. Entries,
 * checkpoints, receipts and forks are only ever added. Everything else is derived from them and from the object store.
 */
export interface Catalogue {
  journal(name: JournalName): Promise<JournalRecord | undefined>;
  journals(): Promise<readonly JournalRecord[]>;

  /** Exact bytes of entries `[from, to)`, in order; fewer if the journal is shorter. */
  entries(name: JournalName, from: number, to: number): Promise<readonly Uint8Array[]>;

  /** The largest checkpoint whose size is at most `size`. */
  checkpointAtMost(name: JournalName, size: number): Promise<StoredCheckpoint | undefined>;

  /**
   * Appends a page, its checkpoint and what follows from it, all or nothing. 'conflict', and nothing is written, if the
   * journal has not the expected size any more. With no entries it adds the checkpoint alone (any size up to the
   * held one; the first note of a size stays).
   */
  append(page: JournalAppend): Promise<'appended' | 'conflict'>;

  /** Keeps a proof. The same page is kept once; at most `limit` of a kind are kept for one journal. */
  keepFork(fork: ForkRecord, limit: number): Promise<'kept' | 'known' | 'limit'>;
  forks(name: JournalName): Promise<readonly ForkRecord[]>;
  faults(name: JournalName): Promise<readonly { readonly entry: number; readonly fault: JournalFault }[]>;

  /** Who names an object: by any journal, or by journals of one device. */
  namedBy(object: string, device?: string): Promise<readonly { size: number; name: JournalName }[]>;
  /** Objects named, not lost and not here: keys first, then marked recordings, then the oldest. */
  missing(name: JournalName, limit: number): Promise<readonly { object: string; size: number }[]>;
  /** Index of the first entry that names an object which is neither here nor lost. */
  firstMissing(name: JournalName): Promise<number | undefined>;
  /** Objects that were lost before they came here. */
  lostSpans(name: JournalName): Promise<readonly LostSpan[]>;
  /** Objects named in entries `[from, to)` and recorded as here. */
  presentObjects(name: JournalName, from: number, to: number): Promise<readonly NamedObject[]>;

  objectSize(object: string): Promise<number | undefined>;
  /** The store holds it durably. Idempotent. Gives the recordings it belongs to. */
  objectStored(object: string, size: number, at: string): Promise<readonly RecordingRef[]>;
  /** The store turned out not to hold it: it is wanted again. */
  objectGone(object: string): Promise<void>;

  /**
   * Keeps a receipt. 'conflict', and nothing is written, if one of this or a larger size is held already: so there are
   * never two for one size.
   */
  keepReceipt(name: JournalName, size: number, note: string): Promise<'kept' | 'conflict'>;

  recordings(query: RecordingQuery): Promise<readonly RecordingRow[]>;
  recording(name: JournalName, recording: string): Promise<RecordingRow | undefined>;
  /** Recordings of the same journal that were made during this one, or go on from it; in order of their begin, at most 500. */
  belonging(name: JournalName, recording: string): Promise<readonly RecordingRow[]>;
  /** Entries of one recording, by index, in order. */
  recordingEntries(name: JournalName, recording: string): Promise<readonly number[]>;

  /** Forgets what was derived from a journal's entries and writes `facts` instead. */
  rebuild(name: JournalName, facts: Iterable<Fact>): Promise<void>;

  /** By which rules what is derived was last written as a whole (see `DERIVATION`). */
  derivation(): Promise<number>;
  derivedBy(version: number): Promise<void>;

  close(): void;
}

export interface RecordingRef {
  readonly name: JournalName;
  readonly recording: string;
}

export interface RecordingQuery {
  readonly limit: number;
  readonly mode?: RecordingMode;
  /** Only what began earlier; or at the same time and sorts behind. */
  readonly before?: { readonly start: string; readonly key?: string };
}
