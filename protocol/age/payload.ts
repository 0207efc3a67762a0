import { aeadOpen, aeadSeal, hkdf, TAG_BYTES } from '../crypto/aead.ts';
import { concat, dataView } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** c2sp.org/age, "Payload": plaintext bytes in every chunk but the last. */
export const CHUNK_BYTES = 64 * 1024;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
export const PAYLOAD_NONCE_BYTES = 16;

export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hkdf(fileKey, nonce, 'payload');
}

/** Seals a stream in 64 KiB chunks; holds one chunk and no more. */
export class PayloadSealer {
  readonly #key: Uint8Array;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  #counter = 0;
  #owesMore = false;
  #ended = false;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Plaintext bytes taken in and not yet given out: what a power cut would cost. */
  get pending(): number {
    return this.#filled;
  }

  /** Takes plaintext; gives the sealed chunks that are sure not to be the last. */
  update(plaintext: Uint8Array): Uint8Array {
    this.#requireOpen();
    const out: Uint8Array[] = [];
    for (let offset = 0; offset < plaintext.length;) {
      if (this.#filled === CHUNK_BYTES) out.push(this.#seal(false));
      const part = plaintext.subarray(offset, offset + CHUNK_BYTES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      offset += part.length;
      this.#owesMore = false;
    }
    return concat(out);
  }

  /**
   * Gives out a chunk that is just full, now, as one that is not the last. The caller owes at least one
   * more byte before {@link final}: the last chunk of a non-empty file must not be empty.
   */
  flushFull(): Uint8Array {
    this.#requireOpen();
    if (this.#filled < CHUNK_BYTES) return new Uint8Array(0);
    this.#owesMore = true;
    return this.#seal(false);
  }

  /** Seals the last chunk. */
  final(): Uint8Array {
    this.#requireOpen();
    if (this.#owesMore) throw new ProtocolError('out-of-range', 'a byte must follow a flushed chunk');
    this.#ended = true;
    const sealed = this.#seal(true);
    this.#key.fill(0);
    this.#chunk.fill(0);
    return sealed;
  }

  #seal(last: boolean): Uint8Array {
    const sealed = aeadSeal(
      this.#key,
      chunkNonce(this.#counter, last),
      this.#chunk.subarray(0, this.#filled),
    );
    this.#counter += 1;
    this.#filled = 0;
    return sealed;
  }

  #requireOpen(): void {
    if (this.#ended) throw new ProtocolError('out-of-range', 'the payload has ended');
  }
}

/** Opens a stream chunk by chunk, each as soon as it is whole; nothing unauthenticated is ever given out. */
export class PayloadOpener {
  readonly #key: Uint8Array;
  readonly #chunk = new Uint8Array(SEALED_CHUNK_BYTES);
  #filled = 0;
  #counter = 0;
  #ended = false;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** `code` 'age-payload' on an altered chunk, or on anything behind the last one. */
  update(ciphertext: Uint8Array): Uint8Array {
    const out: Uint8Array[] = [];
    for (let offset = 0; offset < ciphertext.length;) {
      if (this.#ended) throw badPayload('bytes follow the last chunk');
      const part = ciphertext.subarray(offset, offset + SEALED_CHUNK_BYTES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      offset += part.length;
      if (this.#filled === SEALED_CHUNK_BYTES) out.push(this.#openChunk());
    }
    return concat(out);
  }

  /** The rest, once the file has ended. `code` 'age-payload' if the last chunk is cut, altered or missing. */
  final(): Uint8Array {
    if (this.#ended) return new Uint8Array(0);
    const plaintext = this.#open(true);
    if (plaintext === undefined)
      throw badPayload(`the last chunk, ${this.#counter}, is missing, cut or altered`);
    if (plaintext.length === 0 && this.#counter > 0) throw badPayload('the last chunk is empty');
    this.#ended = true;
    return plaintext;
  }

  /**
   * The end of a file whose tail may be lost to a power cut: gives what still authenticates and says how
   * many ciphertext bytes behind it do not. What was sealed cannot be altered, only shortened.
   */
  finalTolerant(): { plaintext: Uint8Array; complete: boolean; lostBytes: number } {
    if (this.#ended) return { plaintext: new Uint8Array(0), complete: true, lostBytes: 0 };
    const last = this.#open(true);
    return last === undefined || (last.length === 0 && this.#counter > 0)
      ? { plaintext: new Uint8Array(0), complete: false, lostBytes: this.#filled }
      : { plaintext: last, complete: true, lostBytes: 0 };
  }

  #openChunk(): Uint8Array {
    const plaintext = this.#open(false) ?? this.#openLast();
    if (plaintext === undefined) throw badPayload(`chunk ${this.#counter} was altered`);
    this.#counter += 1;
    this.#filled = 0;
    return plaintext;
  }

  #openLast(): Uint8Array | undefined {
    const plaintext = this.#open(true);
    this.#ended = plaintext !== undefined;
    return plaintext;
  }

  #open(last: boolean): Uint8Array | undefined {
    return aeadOpen(this.#key, chunkNonce(this.#counter, last), this.#chunk.subarray(0, this.#filled));
  }
}

/** 11 bytes of counter, big-endian, and the flag of the last chunk. */
function chunkNonce(counter: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  const view = dataView(nonce);
  view.setUint32(3, Math.floor(counter / 2 ** 32));
  view.setUint32(7, counter % 2 ** 32);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function badPayload(why: string): ProtocolError {
  return new ProtocolError('age-payload', `age payload: ${why}`);
}
