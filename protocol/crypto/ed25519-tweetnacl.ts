import nacl from 'tweetnacl';
import type { SignatureVerifier } from './ed25519.ts';
import { ProtocolError } from '../errors.ts';

/** The order of the base point, RFC 8032 section 5.1: 2^252 + 27742317777372353535851937790883648493. */
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/** The field prime, RFC 8032 section 5.1. */
const P = (1n << 255n) - 19n;
/** One y of a point of order 8, the other being P - y; both signs of x. */
const Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
/** The y of the eight points whose order divides 8: such a key signs anything, and nobody's hand is in it. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([0n, 1n, Y8, P - Y8, P - 1n]);

/**
 * The second, independent implementation: for cross-checks and for the browser, never in the hot path.
 * tweetnacl alone accepts malleable signatures and keys of small order: both are refused before it is asked.
 */
export function tweetnaclVerifier(publicKey: Uint8Array): SignatureVerifier {
  if (publicKey.length !== 32) throw new ProtocolError('unknown-key', 'an Ed25519 public key has 32 bytes');
  const key = Uint8Array.from(publicKey);
  const sound = !isOfSmallOrder(key);
  return {
    algorithm: 'ed25519',
    publicKey: key,
    verify: (message, signature) =>
      sound &&
      signature.length === 64 &&
      littleEndian(signature.subarray(32)) < L &&
      nacl.sign.detached.verify(message, signature, key),
  };
}

/** Whatever the sign bit says, and also where y is written unreduced (y ≥ P). */
function isOfSmallOrder(key: Uint8Array): boolean {
  return SMALL_ORDER_Y.has(BigInt.asUintN(255, littleEndian(key)) % P);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
