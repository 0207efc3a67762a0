/** Half-open range of bytes. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Who sends an object, and from where on. */
export interface UploadSender {
  /** Name of the machine; what it sent is kept apart from what others did. */
  readonly by: string;
  /** Bytes that are not sent again. */
  readonly from: number;
  /** Breaks this upload off: its sender has come again. */
  readonly cut: () => void;
}

/**
 * Sealed objects under the SHA-256 of their bytes (64 hexadecimal digits). An object never changes and has one
 * content for ever; the store need not be trusted, since whoever reads can check the name.
 */
export interface ObjectStore {
  /**
   * Takes an object in as a stream. MUST hash what it writes and MUST NOT show an object under its name unless the
   * bytes are `size` many and hash to the name. When it resolves, the object MUST survive a power cut at any later
   * instant. 'present': it was there already with this size, and the stream may be left unread. What stands under the
   * name with another size is no object: it MUST be kept aside and the new bytes take its place. Any number of puts, of one object
   * too, may run at once. When it rejects (`ObjectStoreError`, or the stream's own error), nothing of this put stays
   * behind, after a power cut nothing but what {@link sweep} removes. But if the stream itself broke and `sender` is
   * given, what came MAY be kept for who sends the rest: of bounded number, bytes and age, not while room is wanted, and shown nowhere but by
   * {@link kept}. `sender.from`: so many bytes are kept; they MUST be hashed again. `code` 'wrong-offset': they are not.
   * A piece of `bytes` MUST NOT be looked at any more once the next is asked for.
   */
  put(
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    sender?: UploadSender,
  ): Promise<'stored' | 'present'>;

  /**
   * Bytes kept of an upload by this sender that broke off; 0: none. One that is still under way is broken off first: who
   * asks has lost its line.
   */
  kept(object: string, by: string): Promise<number>;

  /**
   * The size of an object that is there; undefined if it is not. When it resolves with a size, the object MUST be
   * durable, also if it was put in place by a process that died before it could say so.
   */
  confirm(object: string): Promise<number | undefined>;

  /**
   * The bytes, or a range of them, as a stream; memory is bounded. Undefined if the object is not there. The range is
   * cut to the object's size.
   */
  read(object: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array> | undefined>;

  /** Removes what broken uploads left; gives how many. MUST be called only while no put is under way. */
  sweep(): Promise<number>;
}
