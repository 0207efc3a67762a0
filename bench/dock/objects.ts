import { createCipheriv, createHash } from 'node:crypto';

const BLOCK_BYTES = 1024 * 1024;
const MARK_BYTES = 16;
const PIECE_BYTES = 256 * 1024;

/** The same incompressible megabyte in every process. */
const block = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16)).update(
  Buffer.alloc(BLOCK_BYTES),
);

/**
 * The objects that all ways of moving them move: one megabyte over and over, and a mark at the end that makes each
 * another. They are never whole in memory, and cost their source next to nothing.
 */
export class BenchObjects {
  readonly count: number;
  readonly size: number;
  readonly #start;

  constructor(count: number, size: number) {
    this.count = count;
    this.size = size;
    const hash = createHash('sha256');
    for (let at = 0; at < size - MARK_BYTES; at += BLOCK_BYTES)
      hash.update(block.subarray(0, Math.min(BLOCK_BYTES, size - MARK_BYTES - at)));
    this.#start = hash;
  }

  get bytes(): number {
    return this.count * this.size;
  }

  /** Its SHA-256, hexadecimal. */
  name(stream: number, index: number): string {
    return this.#start.copy().update(mark(stream, index)).digest('hex');
  }

  /** Views; nobody may write into them. */
  *pieces(stream: number, index: number, from = 0, to = this.size): Generator<Buffer> {
    const body = this.size - MARK_BYTES;
    for (let at = from; at < to;) {
      const within = at % BLOCK_BYTES;
      const length = Math.min(PIECE_BYTES, BLOCK_BYTES - within, Math.max(body - at, 0), to - at);
      const piece =
        length > 0
          ? block.subarray(within, within + length)
          : mark(stream, index).subarray(at - body, to - body);
      yield piece;
      at += piece.length;
    }
  }
}

function mark(stream: number, index: number): Buffer {
  const bytes = Buffer.alloc(MARK_BYTES);
  bytes.writeUInt32BE(stream, 0);
  bytes.writeUInt32BE(index, 4);
  return bytes;
}
