import type { ClockState, Entry, EntryBody, JournalName } from '@mingjing/protocol';

/** An object the journal names and the camera still holds, or should. */
export interface ObjectRecord {
  readonly object: string;
  readonly file: string;
  readonly size: number;
  readonly recording: string;
  readonly kind: 'key' | 'segment';
  /** Index of the entry that names it. */
  readonly entry: number;
}

/** A recording whose close is not in the journal. */
export interface OpenRecordingRecord {
  readonly recording: string;
  readonly segments: number;
  readonly marks: number;
  readonly start: string;
}

/** A segment file that was begun and that no entry names yet. */
export interface OpenSegmentRecord {
  readonly recording: string;
  readonly index: number;
  readonly file: string;
  readonly start: string;
  readonly clock: ClockState;
}

export interface BegunSegment extends OpenSegmentRecord {
  /** Something of it was said to be durable: then it is there, or it is lost. */
  readonly acknowledged: boolean;
}

/**
 * Everything the camera does, in order. Grows, and never changes.
 *
 * An append MUST be durable, with its objects' rows and the tree's new frontier, in one transaction, when it
 * returns: all of it or none. A checkpoint MUST be signed only over states that are durable: a camera that signed
 * what a power cut then took would contradict itself for ever. Errors: 'storage-full', 'storage-failed'; after
 * either nothing was appended and the journal may be used on.
 */
export interface Journal {
  readonly name: JournalName;
  readonly size: number;
  /** Index of the oldest entry that is still kept; roots below it are not known any more. */
  readonly first: number;
  /** The latest entry. */
  readonly last: Entry | undefined;

  /** Stamps and appends. `file`: where the object named by the entry lies. Gives the entry's index. */
  append(body: EntryBody, file?: string): number;
  /** Makes durable that this segment file is about to be created. It is forgotten when an entry names it. */
  beginSegment(segment: OpenSegmentRecord): void;
  /** Makes durable that something of this segment is. */
  acknowledgeSegment(recording: string, index: number): void;
  /** Nothing of it is there that could be named; if anything ever was, its loss is in the journal. */
  forgetSegment(recording: string, index: number): void;

  /** Exact bytes, from index `from`, at most `limit`. RangeError below `first`. */
  entries(from: number, limit: number): Uint8Array[];
  /** The root at any size up to the present. */
  rootAt(size: number): Uint8Array;
  /** A signed note; the same bytes each time. */
  checkpointAt(size: number): string;

  openRecordings(): OpenRecordingRecord[];
  isRecording(recording: string): boolean;
  /** The heaviest mark a recording bears. */
  markOf(recording: string): 'key' | 'mark' | undefined;
  openSegments(): BegunSegment[];
  object(object: string): ObjectRecord | undefined;
  /** Whether an entry, held against the tree, names the object of this record as lying in its file. */
  bearsOut(record: ObjectRecord): boolean;
  /** Named, not lost, not released: in the order they were named. */
  held(): ObjectRecord[];
  heldSummary(): { readonly objects: number; readonly bytes: number };
  /**
   * Objects that the index calls released, and no entry releases, or none bears out: they are held again from here on.
   * MUST be asked before the files of released objects are removed.
   */
  withdrawUnproven(): string[];
  /** Files of objects that were released. */
  releasedFiles(): string[];
  /** Files of objects that were lost: what is left of them is nobody's to remove. */
  lostFiles(): string[];
  /** The files of released objects are gone. */
  forgetFiles(files: readonly string[]): void;
  /** An archive has all below `size`: what is old enough may be dropped, for ever. */
  settle(size: number): void;
  /** Hashes every entry that is kept, and gives how many. Error: 'journal-inconsistent'. */
  audit(): number;
  close(): void;
}
