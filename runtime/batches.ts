import type { Readable } from 'node:stream';
import { Pieces } from './pieces.ts';

/**
 * The bytes of a stream in large pieces (see {@link Pieces}), with back-pressure. Nothing is read before it is asked for.
 * Rejects as the stream does, also when it closes before its end. When its user ends early, what is left of the stream is
 * read and dropped.
 */
export function inBatches(source: Readable): AsyncIterableIterator<Uint8Array> {
  return new Batches(source);
}

interface End {
  readonly failed?: { readonly error: unknown };
}

class Batches extends Pieces {
  readonly #source: Readable;
  #started = false;
  /** Came when there was no room. */
  #rest: Buffer | undefined;
  /** What the stream ended with, while a rest waits. */
  #end: End | undefined;

  constructor(source: Readable) {
    super(
      () => this.#goOn(),
      () => this.#leave(),
    );
    this.#source = source;
  }

  override next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#started) this.#start();
    return super.next();
  }

  #start(): void {
    this.#started = true;
    const source = this.#source;
    source.on('error', ignore); // also once this has let go of it
    if (source.readableEnded) this.finish();
    else if (source.destroyed) this.finish({ error: source.errored ?? closedEarly() });
    else {
      source.on('data', this.#take);
      source.once('end', this.#ended);
      source.once('error', this.#failed);
      source.once('close', this.#closed);
    }
  }

  readonly #take = (chunk: Buffer): void => void this.#fits(chunk);

  #fits(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.isFull()) {
        this.#rest = chunk.subarray(at);
        this.#source.pause();
        return false;
      }
      const copied = chunk.copy(this.room(), 0, at);
      at += copied;
      this.came(copied);
    }
    return true;
  }

  #goOn(): void {
    const rest = this.#rest;
    if (rest === undefined) return;
    this.#rest = undefined;
    if (!this.#fits(rest)) return;
    if (this.#end === undefined) this.#source.resume();
    else this.finish(this.#end.failed);
  }

  readonly #ended = (): void => this.#settle({});
  readonly #failed = (error: unknown): void => this.#settle({ failed: { error } });
  readonly #closed = (): void => this.#settle({ failed: { error: closedEarly() } });

  /** An end may be told though its last bytes wait for room. */
  #settle(end: End): void {
    if (this.#rest === undefined) this.finish(end.failed);
    else this.#end ??= end;
  }

  #leave(): void {
    this.#started = true;
    this.#rest = undefined;
    this.#source.off('data', this.#take);
    this.#source.off('end', this.#ended);
    this.#source.off('error', this.#failed);
    this.#source.off('close', this.#closed);
    this.#source.resume();
  }
}

function closedEarly(): Error {
  return new Error('the line closed in the middle');
}

function ignore(): void {
  // Told where the bytes are asked for.
}
