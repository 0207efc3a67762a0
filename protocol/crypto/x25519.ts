import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { concat } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** RFC 8410: the fixed DER heads of an X25519 SubjectPublicKeyInfo and of a PKCS #8 private key. */
const SPKI_HEAD = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00]);
const PKCS8_HEAD = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
]);

/** 32 random bytes; RFC 7748 clamps them on use. */
export function generateX25519Secret(): Uint8Array {
  const der = generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  return Uint8Array.from(der.subarray(PKCS8_HEAD.length));
}

/** X25519(secret, base point), RFC 7748 section 6.1. */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(SPKI_HEAD.length));
}

/** X25519(secret, point). Refuses a low-order point, whose result would be all zero (RFC 7748 section 6.1). */
export function x25519(secret: Uint8Array, point: Uint8Array): Uint8Array {
  if (point.length !== 32) throw new ProtocolError('unknown-key', 'an X25519 public key has 32 bytes');
  const publicKey = createPublicKey({
    key: Buffer.from(concat([SPKI_HEAD, point])),
    format: 'der',
    type: 'spki',
  });
  try {
    const shared = new Uint8Array(diffieHellman({ privateKey: privateKey(secret), publicKey }));
    if (shared.some((byte) => byte !== 0)) return shared;
  } catch (cause) {
    throw new ProtocolError('unknown-key', 'a low-order X25519 point', { cause });
  }
  throw new ProtocolError('unknown-key', 'a low-order X25519 point');
}

function privateKey(secret: Uint8Array): ReturnType<typeof createPrivateKey> {
  if (secret.length !== 32) throw new ProtocolError('unknown-key', 'an X25519 secret has 32 bytes');
  return createPrivateKey({ key: Buffer.from(concat([PKCS8_HEAD, secret])), format: 'der', type: 'pkcs8' });
}
