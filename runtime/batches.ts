import type { Readable } from 'node:stream';

/** What is done once a piece costs little, and a few of them fit a processor's cache. */
const BATCH_BYTES = 256 * 1024;
/** One in use, one ready, one being filled. */
const BUFFERS = 3;
/** The bytes of a slow line are handed on after so long, however few they are. */
const LINGER_MS = 50;
const MAX_IDLE = 64;

/**
 * The bytes of a stream in large pieces, out of memory that is used again: a TLS line gives 16 KiB at a time, and what
 * is done for each costs more than the bytes. With back-pressure. A piece is its user's until the next is asked for:
 * who keeps it longer MUST copy it. Rejects as the stream does, also when it closes before its end. When its user ends
 * early, what is left of the stream is read and dropped.
 */
export function inBatches(source: Readable): AsyncIterableIterator<Uint8Array> {
  return new Batches(source);
}

interface Asked {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

class Batches implements AsyncIterableIterator<Uint8Array> {
  readonly #source: Readable;
  /** Buffers this stream may still take. */
  #allowed = BUFFERS;
  #filling: Buffer | undefined;
  #filled = 0;
  readonly #ready: Buffer[] = [];
  /** Behind the piece its user has. */
  #given: Buffer | undefined;
  /** Came when no buffer was free. */
  #rest: Buffer | undefined;
  #end: 'open' | 'ended' | { readonly error: unknown } = 'open';
  #asked: Asked | undefined;
  #linger: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  #started = false;

  constructor(source: Readable) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#start();
    this.#release();
    if (this.#ready.length === 0 && this.#end !== 'open') return await this.#finish(this.#end);
    return await new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#answer();
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#started = true;
    this.#letGo();
    // Its user may have left a write behind: these buffers are nobody's any more.
    this.#end = 'ended';
    this.#given = undefined;
    this.#ready.length = 0;
    this.#filled = 0;
    this.#rest = undefined;
    this.#source.resume();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Nothing is read before it is asked for. */
  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const source = this.#source;
    source.on('error', ignore); // also once this has let go of it
    if (source.readableEnded) this.#end = 'ended';
    else if (source.destroyed) this.#end = { error: source.errored ?? closedEarly() };
    if (this.#end !== 'open') return;
    source.on('data', this.#came);
    source.once('end', this.#ended);
    source.once('error', this.#failed);
    source.once('close', this.#closed);
  }

  readonly #came = (chunk: Buffer): void => {
    let left = chunk;
    while (left.length > 0) {
      this.#filling ??= this.#take();
      if (this.#filling === undefined) {
        this.#rest = left;
        this.#source.pause();
        return;
      }
      const copied = left.copy(this.#filling, this.#filled);
      this.#filled += copied;
      left = left.subarray(copied);
      if (this.#filled === this.#filling.length) this.#complete();
    }
    if (this.#end !== 'open') this.#complete();
    this.#answerSoon();
  };

  readonly #ended = (): void => this.#settle('ended');
  readonly #failed = (error: unknown): void => this.#settle({ error });
  readonly #closed = (): void => {
    this.#settle({ error: closedEarly() });
  };

  #settle(end: 'ended' | { readonly error: unknown }): void {
    if (this.#end !== 'open') return;
    this.#end = end;
    if (this.#rest !== undefined) return; // an end is told though its last bytes wait for room
    this.#complete();
    this.#answerSoon();
  }

  /** What was being filled is ready as it is. */
  #complete(): void {
    if (this.#filling === undefined || this.#filled === 0) return;
    this.#ready.push(this.#filling.subarray(0, this.#filled));
    this.#filling = undefined;
    this.#filled = 0;
  }

  /**
   * Not while the line is still giving: whoever destroys a TLS socket out of its own read leaves a handle that never
   * closes, and a process that spins where it should end (Node 24).
   */
  #answerSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.#answer();
    });
  }

  #answer(): void {
    if (this.#asked === undefined) return;
    const piece = this.#ready.shift();
    if (piece === undefined) {
      if (this.#end !== 'open' && this.#rest === undefined) this.#tellEnd(this.#asked, this.#end);
      else if (this.#filled > 0) this.#linger ??= setTimeout(this.#lingered, LINGER_MS);
      return;
    }
    clearTimeout(this.#linger);
    this.#linger = undefined;
    const { resolve } = this.#asked;
    this.#asked = undefined;
    this.#given = piece;
    resolve({ done: false, value: piece });
  }

  #tellEnd({ resolve, reject }: Asked, end: 'ended' | { readonly error: unknown }): void {
    this.#asked = undefined;
    this.#finish(end).then(resolve, reject);
  }

  readonly #lingered = (): void => {
    this.#linger = undefined;
    if (this.#ready.length === 0) this.#complete();
    this.#answer();
  };

  #release(): void {
    if (this.#given !== undefined) {
      this.#allowed += 1;
      giveBack(this.#given);
      this.#given = undefined;
    }
    const rest = this.#rest;
    if (rest === undefined || this.#allowed === 0) return;
    this.#rest = undefined;
    this.#source.resume();
    this.#came(rest);
  }

  #take(): Buffer | undefined {
    if (this.#allowed === 0) return undefined;
    this.#allowed -= 1;
    return idle.pop() ?? Buffer.allocUnsafeSlow(BATCH_BYTES);
  }

  async #finish(end: 'ended' | { readonly error: unknown }): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#letGo();
    if (this.#filling !== undefined) giveBack(this.#filling);
    this.#filling = undefined;
    if (end !== 'ended') throw end.error;
    return await Promise.resolve({ done: true, value: undefined });
  }

  #letGo(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#source.off('data', this.#came);
    this.#source.off('end', this.#ended);
    this.#source.off('error', this.#failed);
    this.#source.off('close', this.#closed);
  }
}

const idle: Buffer[] = [];

function giveBack(piece: Buffer): void {
  if (idle.length < MAX_IDLE) idle.push(Buffer.from(piece.buffer, 0, BATCH_BYTES));
}

function closedEarly(): Error {
  return new Error('the line closed in the middle');
}

function ignore(): void {
  // Told where the bytes are asked for.
}
