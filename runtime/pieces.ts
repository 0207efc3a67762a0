/** What is done once a piece costs little, and a few of them fit a processor's cache. */
const PIECE_BYTES = 256 * 1024;
/** One in use, one ready, one more; a line that is told to stop still gives what is on its way. */
const PIECES = 3;
/** The bytes of a slow line are handed on after so long, however few they are. */
const LINGER_MS = 50;
const MAX_IDLE = 64;

interface Asked {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Bytes gathered into large pieces, out of memory that is used again: a TLS line gives 16 KiB at a time, and what is
 * done for each costs more than the bytes. Who gathers writes into `room()` and then says how much `came`. A piece is its
 * user's until the next is asked for: who keeps it longer MUST copy it.
 */
export class Pieces implements AsyncIterableIterator<Uint8Array> {
  readonly #onRoom: () => void;
  readonly #onLeft: () => void;
  #filling: Buffer | undefined;
  #filled = 0;
  /** Of what is being filled, what was handed on already. */
  #from = 0;
  readonly #ready: Buffer[] = [];
  /** Behind the piece its user has. */
  #given: Buffer | undefined;
  #end: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #asked: Asked | undefined;
  #linger: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  /** `onRoom`: it was full, and is no more. `onLeft`: its user wants nothing more of it. */
  constructor(onRoom: () => void, onLeft: () => void) {
    this.#onRoom = onRoom;
    this.#onLeft = onLeft;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Where the next bytes go; never empty. */
  room(): Buffer {
    this.#filling ??= idle.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    return this.#filled === 0 ? this.#filling : this.#filling.subarray(this.#filled);
  }

  /** So many bytes more are in what `room` gave. */
  came(count: number): void {
    this.#filled += count;
    if (this.#filled === PIECE_BYTES) this.#complete();
    this.#answerSoon();
  }

  /** Its user is behind: whoever can should bring no more before `onRoom`. */
  isFull(): boolean {
    return this.#ready.length + (this.#given === undefined ? 0 : 1) >= PIECES;
  }

  /** No more comes; `failed`: because of an error, told behind the bytes that came. Only the first call counts. */
  finish(failed?: { readonly error: unknown }): void {
    if (this.#end !== 'open') return;
    this.#end = failed ?? 'ended';
    this.#complete();
    this.#answerSoon();
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#release();
      this.#answer();
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    clearTimeout(this.#linger);
    // Its user may have left a write behind: these pieces are nobody's any more.
    this.#end = 'ended';
    this.#given = undefined;
    this.#ready.length = 0;
    this.#empty();
    this.#onLeft();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What was being filled is ready as it is. */
  #complete(): void {
    if (this.#filling !== undefined && this.#filled > this.#from)
      this.#ready.push(this.#filling.subarray(this.#from, this.#filled));
    this.#empty();
  }

  #empty(): void {
    this.#filling = undefined;
    this.#filled = 0;
    this.#from = 0;
  }

  /**
   * Not while the line is still giving: who destroys a TLS socket out of its own read leaves a handle that never closes,
   * and a process that spins where it should end (Node 24).
   */
  #answerSoon(): void {
    if (this.#asked === undefined) return;
    if (this.#ready.length === 0 && this.#end === 'open') this.#answer();
    else this.#soon ??= setImmediate(this.#answerNow);
  }

  readonly #answerNow = (): void => {
    this.#soon = undefined;
    this.#answer();
  };

  #answer(): void {
    if (this.#asked === undefined) return;
    const piece = this.#ready.shift();
    if (piece === undefined && this.#end === 'open') {
      if (this.#filled > this.#from) this.#linger ??= setTimeout(this.#lingered, LINGER_MS);
      return;
    }
    clearTimeout(this.#linger);
    this.#linger = undefined;
    const { resolve, reject } = this.#asked;
    this.#asked = undefined;
    this.#given = piece;
    if (piece !== undefined) resolve({ done: false, value: piece });
    else if (typeof this.#end === 'object') reject(this.#end.error);
    else resolve({ done: true, value: undefined });
  }

  readonly #lingered = (): void => {
    this.#linger = undefined;
    // A copy: the rest of this memory was given out as room, and is being filled.
    this.#ready.push(Buffer.from(this.room().buffer.slice(this.#from, this.#filled)));
    this.#from = this.#filled;
    this.#answer();
  };

  #release(): void {
    if (this.#given === undefined) return;
    const wasFull = this.isFull();
    const memory = this.#given.buffer;
    if (memory.byteLength === PIECE_BYTES && idle.length < MAX_IDLE) idle.push(Buffer.from(memory));
    this.#given = undefined;
    if (wasFull && !this.isFull()) this.#onRoom();
  }
}

const idle: Buffer[] = [];
