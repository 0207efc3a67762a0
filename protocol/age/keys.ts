import { bech32 } from '@scure/base';
import { ProtocolError } from '../errors.ts';
import { aeadOpen, aeadSeal, hkdf, scrypt } from '../crypto/aead.ts';
import { randomBytes } from '../crypto/random.ts';
import { generateX25519Secret, x25519, x25519PublicKey } from '../crypto/x25519.ts';
import { concat, fromDecimal, fromRawBase64, toRawBase64, toUtf8 } from '../encoding/bytes.ts';
import type { Stanza } from './header.ts';

export const FILE_KEY_BYTES = 16;
const WRAPPED_BYTES = FILE_KEY_BYTES + 16;
const ZERO_NONCE = new Uint8Array(12);
const X25519_INFO = 'age-encryption.org/v1/X25519';
const SCRYPT_LABEL = 'age-encryption.org/v1/scrypt';
/** 2^20 is seconds of work and 1 GiB: more is a hostile file. */
const MAX_SCRYPT_LOG_N = 20;

/** Wraps a file key for somebody. */
export interface Recipient {
  wrap(fileKey: Uint8Array): Stanza;
}

/** Finds and unwraps a file key addressed to it. */
export interface Identity {
  /**
   * The file key, or undefined if no stanza is for this identity.
   * Throws 'bad-age-header' if one is, but is malformed.
   */
  unwrap(stanzas: readonly Stanza[]): Uint8Array | undefined;
}

/** A fresh identity (`AGE-SECRET-KEY-1…`) and its recipient (`age1…`). */
export function generateAgeIdentity(): { identity: string; recipient: string } {
  const secret = generateX25519Secret();
  return {
    identity: bech32.encodeFromBytes('age-secret-key-', secret).toUpperCase(),
    recipient: bech32.encodeFromBytes('age', x25519PublicKey(secret)),
  };
}

export function recipientOf(identity: string): string {
  return bech32.encodeFromBytes('age', x25519PublicKey(decodeIdentity(identity)));
}

export function x25519Recipient(recipient: string): Recipient {
  const publicKey = decodeBech32(recipient, 'age');
  return {
    wrap(fileKey) {
      const ephemeral = generateX25519Secret();
      const share = x25519PublicKey(ephemeral);
      const key = hkdf(x25519(ephemeral, publicKey), concat([share, publicKey]), X25519_INFO);
      return { args: ['X25519', toRawBase64(share)], body: aeadSeal(key, ZERO_NONCE, fileKey) };
    },
  };
}

export function x25519Identity(identity: string): Identity {
  const secret = decodeIdentity(identity);
  const publicKey = x25519PublicKey(secret);
  return {
    unwrap(stanzas) {
      for (const { args, body } of stanzas) {
        if (args[0] !== 'X25519') continue;
        const share = args.length === 2 ? decodeArgument(args[1], 32) : undefined;
        if (share === undefined || body.length !== WRAPPED_BYTES) throw badStanza('X25519');
        const fileKey = aeadOpen(
          hkdf(agree(secret, share), concat([share, publicKey]), X25519_INFO),
          ZERO_NONCE,
          body,
        );
        if (fileKey !== undefined) return fileKey;
      }
      return undefined;
    },
  };
}

/** A passphrase, for key files at rest. `logN` 18 takes about a second. */
export function scryptRecipient(passphrase: string, logN = 18): Recipient {
  return {
    wrap(fileKey) {
      const salt = randomBytes(16);
      const key = scrypt(passphrase, concat([toUtf8(SCRYPT_LABEL), salt]), logN);
      return { args: ['scrypt', toRawBase64(salt), String(logN)], body: aeadSeal(key, ZERO_NONCE, fileKey) };
    },
  };
}

export function scryptIdentity(passphrase: string): Identity {
  return {
    unwrap(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return undefined;
      const { args, body } = stanza;
      // A passphrase file has no other recipient (c2sp.org/age): a second one could be somebody else's.
      if (stanzas.length !== 1 || args.length !== 3 || body.length !== WRAPPED_BYTES)
        throw badStanza('scrypt');
      const salt = decodeArgument(args[1], 16);
      const logN = decodeLogN(args[2]);
      if (salt === undefined || logN === undefined) throw badStanza('scrypt');
      return aeadOpen(scrypt(passphrase, concat([toUtf8(SCRYPT_LABEL), salt]), logN), ZERO_NONCE, body);
    },
  };
}

function agree(secret: Uint8Array, share: Uint8Array): Uint8Array {
  try {
    return x25519(secret, share);
  } catch (cause) {
    throw badStanza('X25519', cause);
  }
}

function decodeIdentity(identity: string): Uint8Array {
  if (identity !== identity.toUpperCase())
    throw new ProtocolError('unknown-key', 'an age identity is upper-case');
  return decodeBech32(identity.toLowerCase(), 'age-secret-key-');
}

function decodeBech32(text: string, prefix: string): Uint8Array {
  try {
    const decoded = bech32.decodeToBytes(text);
    if (decoded.prefix === prefix && decoded.bytes.length === 32 && text === text.toLowerCase())
      return decoded.bytes;
  } catch {
    // told below: the text may be a secret, and is not repeated
  }
  throw new ProtocolError('unknown-key', `not an age X25519 key with the prefix ${prefix}`);
}

function decodeArgument(text: string | undefined, length: number): Uint8Array | undefined {
  try {
    const bytes = fromRawBase64(text ?? '');
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function decodeLogN(text: string | undefined): number | undefined {
  try {
    const logN = fromDecimal(text ?? '');
    return logN >= 1 && logN <= MAX_SCRYPT_LOG_N ? logN : undefined;
  } catch {
    return undefined;
  }
}

function badStanza(type: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-age-header', `age header: the ${type} stanza is malformed`, { cause });
}
