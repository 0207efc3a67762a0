import { CHUNK_BYTES } from '@mingjing/protocol';

/** c2sp.org/age: ChaCha20-Poly1305 adds 16 bytes to each chunk; 16 bytes of nonce stand ahead of the first. */
const TAG_BYTES = 16;
/** A shorter file cannot hold a chunk. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const PAYLOAD_NONCE_BYTES = 16;
/** The head of a file to one X25519 recipient has about 200 bytes. */
const MAX_HEAD_BYTES = 4096;
const SECTOR_BYTES = 512;

/**
 * How much of an age file that was being written is whole. Nobody here can open it: so chunks are counted, and
 * the first chunk with a lost sector ends the count. A file system shows zeroes for bytes whose place was
 * reserved and whose content the cut took; sealed bytes are never a sector of zeroes, a tag is never zero.
 * A cut leaves nothing but zeroes behind: where there is more, the medium lost what it had.
 */
export class SurvivingChunks {
  #head: Uint8Array = new Uint8Array(0);
  #payloadStart: number | undefined;
  #offset = 0;
  #zeroes = 0;
  #ended = false;
  #length = 0;
  #holdsMore = false;

  /** Bytes from the beginning of the file that hold nothing but whole chunks; 0 if there is none. */
  get length(): number {
    return this.#length;
  }

  /** Behind the end of the count something follows that is not zero. */
  get holdsMore(): boolean {
    return this.#holdsMore;
  }

  update(bytes: Uint8Array): void {
    if (this.#ended) this.#lookBehind(bytes);
    else if (this.#payloadStart === undefined) this.#takeHead(bytes);
    else this.#takePayload(bytes, this.#payloadStart);
  }

  #takePayload(bytes: Uint8Array, start: number): void {
    let at = 0;
    for (const byte of bytes) {
      at += 1;
      this.#offset += 1;
      this.#zeroes = byte === 0 ? this.#zeroes + 1 : 0;
      const atChunkEnd = (this.#offset - start) % SEALED_CHUNK_BYTES === 0;
      if (this.#zeroes >= SECTOR_BYTES || (atChunkEnd && this.#zeroes >= TAG_BYTES)) {
        const lostFrom = Math.ceil((this.#offset - this.#zeroes) / SECTOR_BYTES) * SECTOR_BYTES;
        const whole = Math.floor((lostFrom - start) / SEALED_CHUNK_BYTES) * SEALED_CHUNK_BYTES;
        this.#length = Math.min(this.#length, whole > 0 ? start + whole : 0);
        this.#ended = true;
        this.#lookBehind(bytes.subarray(at));
        return;
      }
      if (atChunkEnd) this.#length = this.#offset;
    }
  }

  #lookBehind(bytes: Uint8Array): void {
    this.#holdsMore ||= bytes.some((byte) => byte !== 0);
  }

  #takeHead(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#head.length + bytes.length);
    joined.set(this.#head);
    joined.set(bytes, this.#head.length);
    const start = payloadStart(joined.subarray(0, MAX_HEAD_BYTES));
    if (start === undefined || joined.length < start) {
      this.#head = joined;
      this.#ended = joined.length >= 2 * MAX_HEAD_BYTES;
      return;
    }
    this.#head = new Uint8Array(0);
    this.#payloadStart = start;
    this.#offset = start;
    this.#takePayload(joined.subarray(start), start);
  }
}

/** Behind the MAC line and the nonce. */
function payloadStart(head: Uint8Array): number | undefined {
  const match = /\n--- [A-Za-z0-9+/]{43}\n/.exec(String.fromCharCode(...head));
  return match === null ? undefined : match.index + match[0].length + PAYLOAD_NONCE_BYTES;
}
