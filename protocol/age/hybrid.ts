import { bech32 } from '@scure/base';
import {
  XWING_ENCAPSULATED_BYTES,
  XWING_PUBLIC_BYTES,
  xwingOpen,
  xwingPublicKey,
  xwingSeal,
} from '../crypto/xwing.ts';
import { randomBytes } from '../crypto/random.ts';
import { fromRawBase64, toRawBase64 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { FILE_KEY_BYTES, type Identity, type Recipient } from './keys.ts';

const TYPE = 'mlkem768x25519';
const INFO = 'age-encryption.org/mlkem768x25519';
const IDENTITY_PREFIX = 'age-secret-key-pq-';
const RECIPIENT_PREFIX = 'age1pq';

/** A fresh post-quantum identity (`AGE-SECRET-KEY-PQ-1…`) and its recipient (`age1pq1…`). */
export function generateHybridIdentity(): { identity: string; recipient: string } {
  const seed = randomBytes(32);
  return {
    identity: bech32.encodeFromBytes(IDENTITY_PREFIX, seed).toUpperCase(),
    recipient: bech32.encode(RECIPIENT_PREFIX, bech32.toWords(xwingPublicKey(seed)), false),
  };
}

export function hybridRecipient(recipient: string): Recipient {
  const publicKey = decode(recipient, RECIPIENT_PREFIX, XWING_PUBLIC_BYTES);
  return {
    wrap(fileKey) {
      const { enc, ciphertext } = xwingSeal(publicKey, INFO, fileKey);
      return { args: [TYPE, toRawBase64(enc)], body: ciphertext };
    },
  };
}

export function hybridIdentity(identity: string): Identity {
  const seed = decode(identity.toLowerCase(), IDENTITY_PREFIX, 32);
  return {
    unwrap(stanzas) {
      for (const { args, body } of stanzas) {
        if (args[0] !== TYPE) continue;
        if (args.length !== 2 || body.length !== FILE_KEY_BYTES + 16) throw badStanza();
        const fileKey = open(seed, args[1] ?? '', body);
        if (fileKey !== undefined) return fileKey;
      }
      return undefined;
    },
  };
}

function open(seed: Uint8Array, argument: string, body: Uint8Array): Uint8Array | undefined {
  try {
    const enc = fromRawBase64(argument);
    if (enc.length !== XWING_ENCAPSULATED_BYTES) throw badStanza();
    return xwingOpen(seed, enc, INFO, body);
  } catch (cause) {
    throw badStanza(cause);
  }
}

function decode(text: string, prefix: string, length: number): Uint8Array {
  const decoded = text === text.toLowerCase() ? bech32.decodeUnsafe(text, false) : undefined;
  const bytes = decoded?.prefix === prefix ? bech32.fromWordsUnsafe(decoded.words) : undefined;
  if (bytes?.length !== length)
    throw new ProtocolError('unknown-key', `not an age key with the prefix ${prefix}`);
  return bytes;
}

function badStanza(cause?: unknown): ProtocolError {
  return new ProtocolError('bad-age-header', `age header: the ${TYPE} stanza is malformed`, { cause });
}
