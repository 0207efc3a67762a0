import { randomBytes } from '../crypto/random.ts';
import { concat } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { formatHeader, headerMacFits, parseHeader, type Header } from './header.ts';
import { FILE_KEY_BYTES, type Identity, type Recipient } from './keys.ts';
import { PAYLOAD_NONCE_BYTES, PayloadOpener, payloadKey, PayloadSealer } from './payload.ts';

/**
 * Writes one age v1 file (c2sp.org/age) as a stream. The file key lives in this object alone: when it is
 * gone, only the recipients can read the file, and nobody can add to it.
 */
export class AgeSealer {
  readonly #payload: PayloadSealer;
  /** Header and payload nonce: the first bytes of the file. */
  readonly head: Uint8Array;

  constructor(recipients: readonly Recipient[]) {
    const fileKey = randomBytes(FILE_KEY_BYTES);
    const nonce = randomBytes(PAYLOAD_NONCE_BYTES);
    this.head = concat([
      formatHeader(
        fileKey,
        recipients.map((recipient) => recipient.wrap(fileKey)),
      ),
      nonce,
    ]);
    this.#payload = new PayloadSealer(payloadKey(fileKey, nonce));
    fileKey.fill(0);
  }

  get pending(): number {
    return this.#payload.pending;
  }

  update(plaintext: Uint8Array): Uint8Array {
    return this.#payload.update(plaintext);
  }

  flushFull(): Uint8Array {
    return this.#payload.flushFull();
  }

  final(): Uint8Array {
    return this.#payload.final();
  }
}

export type TailRule = 'whole' | 'tolerate-cut';

export interface AgeEnd {
  readonly plaintext: Uint8Array;
  /** False only under 'tolerate-cut': the file's last chunk is missing. */
  readonly complete: boolean;
  /** Ciphertext bytes at the end that no longer authenticate. */
  readonly lostBytes: number;
}

/** Reads one age v1 file as a stream; memory is bounded by the header limit and one chunk. */
export class AgeOpener {
  readonly #identities: readonly Identity[];
  readonly #tail: TailRule;
  #head: Uint8Array = new Uint8Array(0);
  #payload: PayloadOpener | undefined;

  constructor(identities: readonly Identity[], tail: TailRule = 'whole') {
    this.#identities = identities;
    this.#tail = tail;
  }

  /** `code`: 'bad-age-header', 'age-no-match', 'age-header-mac', 'age-payload'. */
  update(ciphertext: Uint8Array): Uint8Array {
    if (this.#payload !== undefined) return this.#payload.update(ciphertext);
    this.#head = concat([this.#head, ciphertext]);
    const header = parseHeader(this.#head);
    if (header === undefined) return new Uint8Array(0);
    const fileKey = unwrapFileKey(header, this.#identities);
    const start = header.length + PAYLOAD_NONCE_BYTES;
    if (this.#head.length < start) return new Uint8Array(0);
    this.#payload = new PayloadOpener(payloadKey(fileKey, this.#head.subarray(header.length, start)));
    const rest = this.#head.subarray(start);
    this.#head = new Uint8Array(0);
    return this.#payload.update(rest);
  }

  final(): AgeEnd {
    if (this.#payload === undefined) {
      throw new ProtocolError('bad-age-header', 'age header: the file ends before the payload');
    }
    if (this.#tail === 'tolerate-cut') return this.#payload.finalTolerant();
    return { plaintext: this.#payload.final(), complete: true, lostBytes: 0 };
  }
}

/** Seals bytes that are in memory already. */
export function ageSeal(plaintext: Uint8Array, recipients: readonly Recipient[]): Uint8Array {
  const sealer = new AgeSealer(recipients);
  return concat([sealer.head, sealer.update(plaintext), sealer.final()]);
}

/** Opens bytes that are in memory already. */
export function ageOpen(file: Uint8Array, identities: readonly Identity[], tail: TailRule = 'whole'): AgeEnd {
  const opener = new AgeOpener(identities, tail);
  const body = opener.update(file);
  const end = opener.final();
  return { ...end, plaintext: concat([body, end.plaintext]) };
}

function unwrapFileKey(header: Header, identities: readonly Identity[]): Uint8Array {
  for (const identity of identities) {
    const fileKey = identity.unwrap(header.stanzas);
    if (fileKey === undefined) continue;
    if (fileKey.length !== FILE_KEY_BYTES)
      throw new ProtocolError('bad-age-header', 'age header: the file key has not 16 bytes');
    if (!headerMacFits(header, fileKey))
      throw new ProtocolError('age-header-mac', 'age header: the MAC does not fit');
    return fileKey;
  }
  throw new ProtocolError('age-no-match', 'no key given here opens this file');
}
