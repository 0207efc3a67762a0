export interface StoredObject {
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly object: string;
  readonly size: number;
}

export interface SealedSegment extends StoredObject {
  /** SHA-256 of the plaintext, hexadecimal. */
  readonly content: string;
}

export interface RecoveredSegment {
  /** What is whole, from the beginning; absent if not one chunk is. */
  readonly survived?: StoredObject;
  /** Bytes found, readable or not; absent if there is no such file. */
  readonly found?: number;
  /** Something was found behind what is whole; it is kept aside. */
  readonly damaged: boolean;
}

/**
 * How what is appended becomes durable, though age seals whole chunks only.
 * - `boxes`: the plaintext is ISO boxes, and each append fills its chunk with `free` boxes.
 * - `exact`: nothing is put between; what does not end with a chunk MUST be the last. Only if a full chunk was made
 *   durable and nothing follows it, two bytes of zero end the file: a silent sample.
 */
export type Filling = 'boxes' | 'exact';

/**
 * Where sealed footage lies: one file an object. Nothing readable MUST ever touch it.
 *
 * Files are named by the caller before their content is known; names are `[a-z0-9.-]+`. Errors: 'storage-full',
 * 'storage-failed'; after either the file holds what was acknowledged before, and the writer is spent.
 */
export interface FootageStore {
  /**
   * Creates the file; its name is durable when this resolves. `recipient` is an age X25519 recipient, `init` the
   * beginning of the plaintext; it is filled with boxes unless told otherwise.
   */
  beginSegment(file: string, recipient: string, init: Uint8Array, filling?: Filling): Promise<SegmentWriter>;
  /** A whole small file, durable when it resolves. */
  put(file: string, content: Uint8Array): Promise<StoredObject>;
  /**
   * What a power cut left of a segment: cuts the file back to what is whole, makes that durable, and names it. What no
   * cut leaves behind that (bytes behind a lost sector) MUST first be durable in a file of its own, or the whole file
   * is set aside. A file of which not one chunk is whole is left as it is. Doing it twice gives the same answer.
   */
  recoverSegment(file: string): Promise<RecoveredSegment>;
  /** Keeps the file under another name that nothing removes; one that is not there is no error. */
  setAside(file: string): Promise<void>;
  /** `from` up to but not including `to`. It stays readable if the file is removed meanwhile. */
  open(file: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>>;
  /** Size in bytes; undefined if there is no such file. */
  sizeOf(file: string): Promise<number | undefined>;
  /** Names of plain files; whatever else lies there is not ours. */
  list(): Promise<string[]>;
  /** Durable when it resolves; what is gone already is no error. */
  remove(files: readonly string[]): Promise<void>;
  freeBytes(): Promise<number>;
  /** Whether a byte can be made durable at this moment. */
  isWritable(): Promise<boolean>;
}

export interface SegmentWriter {
  /**
   * Plaintext, in whole boxes or whole chunks. When it resolves all of it is durable and can be opened, whatever
   * happens next. `last`: the seal follows at once; until then nothing of it need be durable.
   */
  append(parts: readonly Uint8Array[], last?: boolean): Promise<void>;
  /** Ends the file. Durable when it resolves. */
  seal(): Promise<SealedSegment>;
  /** Lets go of the file as it is. */
  abandon(): Promise<void>;
}
