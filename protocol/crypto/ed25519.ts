import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { concat } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** RFC 8410: the fixed DER head of an Ed25519 SubjectPublicKeyInfo; the 32 key bytes follow. */
const SPKI_HEAD = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
/** RFC 8410: the fixed DER head of a PKCS #8 Ed25519 private key; the 32 seed bytes follow. */
const PKCS8_HEAD = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);

/** Signs bytes with one key that never leaves it. */
export interface Signer {
  readonly algorithm: 'ed25519';
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Uint8Array;
  /** 64 bytes, RFC 8032, deterministic. */
  sign(message: Uint8Array): Uint8Array;
}

/** Checks signatures of one key. */
export interface SignatureVerifier {
  readonly algorithm: 'ed25519';
  readonly publicKey: Uint8Array;
  /** False for any signature that is not a strict RFC 8032 one (S ≥ L is refused). Never throws. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** A signer over a node:crypto private key. The KeyObject is kept: parsing it each time halves the speed. */
export function ed25519Signer(key: KeyObject | string): Signer {
  const privateKey = typeof key === 'string' ? createPrivateKey(key) : key;
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new ProtocolError('unknown-key', 'the signing key is not an Ed25519 private key');
  }
  return {
    algorithm: 'ed25519',
    publicKey: rawPublicKey(createPublicKey(privateKey)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

export function ed25519SignerFromSeed(seed: Uint8Array): Signer {
  if (seed.length !== 32) throw new ProtocolError('unknown-key', 'an Ed25519 seed has 32 bytes');
  const der = Buffer.from(concat([PKCS8_HEAD, seed]));
  return ed25519Signer(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

export function ed25519Verifier(publicKey: Uint8Array): SignatureVerifier {
  if (publicKey.length !== 32) throw new ProtocolError('unknown-key', 'an Ed25519 public key has 32 bytes');
  const key = createPublicKey({
    key: Buffer.from(concat([SPKI_HEAD, publicKey])),
    format: 'der',
    type: 'spki',
  });
  return {
    algorithm: 'ed25519',
    publicKey: Uint8Array.from(publicKey),
    verify: (message, signature) => {
      if (signature.length !== 64) return false;
      try {
        return verify(null, message, key, signature);
      } catch {
        return false; // a point that does not decode
      }
    },
  };
}

/** The 32 raw bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new ProtocolError('unknown-key', `the key is ${key.asymmetricKeyType ?? 'unknown'}, not Ed25519`);
  }
  const der = key.export({ format: 'der', type: 'spki' });
  return Uint8Array.from(der.subarray(SPKI_HEAD.length));
}

/** A fresh pair; the private half as PKCS #8 PEM. */
export function generateEd25519(): { privateKeyPem: string; publicKey: Uint8Array } {
  const pair = generateKeyPairSync('ed25519');
  return {
    privateKeyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: rawPublicKey(pair.publicKey),
  };
}
