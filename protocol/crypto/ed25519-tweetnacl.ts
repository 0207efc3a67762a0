import nacl from 'tweetnacl';
import type { SignatureVerifier } from './ed25519.ts';
import { ProtocolError } from '../errors.ts';

/** The order of the base point, RFC 8032 section 5.1: 2^252 + 27742317777372353535851937790883648493. */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/**
 * The second, independent implementation: for cross-checks and for the browser, never in the hot path.
 * tweetnacl alone accepts malleable signatures, so S ≥ L is refused before it is asked.
 */
export function tweetnaclVerifier(publicKey: Uint8Array): SignatureVerifier {
  if (publicKey.length !== 32) throw new ProtocolError('unknown-key', 'an Ed25519 public key has 32 bytes');
  const key = Uint8Array.from(publicKey);
  return {
    algorithm: 'ed25519',
    publicKey: key,
    verify: (message, signature) =>
      signature.length === 64 &&
      littleEndian(signature.subarray(32)) < L &&
      nacl.sign.detached.verify(message, signature, key),
  };
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
