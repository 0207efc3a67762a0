import { sha256 } from '../crypto/sha256.ts';

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** RFC 6962 section 2.1: the hash of a leaf is SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF, entry);
}

/** RFC 6962 section 2.1: the hash of a node is SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** RFC 6962 section 2.1: the root of the empty tree is SHA-256 of nothing. */
export function emptyRoot(): Uint8Array {
  return sha256();
}
