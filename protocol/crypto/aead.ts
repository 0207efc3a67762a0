import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto';
import { concat, toUtf8 } from '../encoding/bytes.ts';

export const TAG_BYTES = 16;
const NAME = 'chacha20-poly1305';

/** ChaCha20-Poly1305 (RFC 8439): ciphertext with its 16-byte tag behind it. */
export function aeadSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv(NAME, key, nonce, { authTagLength: TAG_BYTES });
  const out = new Uint8Array(plaintext.length + TAG_BYTES);
  out.set(cipher.update(plaintext), 0);
  cipher.final();
  out.set(cipher.getAuthTag(), plaintext.length);
  return out;
}

/** The plaintext, or undefined if the tag does not fit. */
export function aeadOpen(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  const end = ciphertext.length - TAG_BYTES;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(NAME, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(ciphertext.subarray(end));
  const plaintext = decipher.update(ciphertext.subarray(0, end));
  try {
    decipher.final();
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  } catch {
    return undefined;
  }
}

/** HKDF-SHA-256 (RFC 5869), 32 bytes out. */
export function hkdf(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, toUtf8(info), 32));
}

/** HKDF-Extract (RFC 5869 section 2.2). */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return hmac(salt, secret);
}

/** HKDF-Expand (RFC 5869 section 2.3) for at most 32 bytes: one block. */
export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return hmac(key, concat([info, Uint8Array.of(1)])).subarray(0, length);
}

/** HMAC-SHA-256 (RFC 2104). */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest());
}

/** scrypt (RFC 7914) with r = 8, p = 1, 32 bytes out. */
export function scrypt(passphrase: string, salt: Uint8Array, logN: number): Uint8Array {
  const N = 2 ** logN;
  return new Uint8Array(scryptSync(passphrase, salt, 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 }));
}

export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
