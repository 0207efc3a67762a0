import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import {
  AgeOpener,
  AgeSealer,
  CHUNK_BYTES,
  generateAgeIdentity,
  sha256Stream,
  x25519Identity,
  x25519Recipient,
} from '@mingjing/protocol';
import { compare } from './compare.ts';

/** What sealing costs beside the bare arithmetic it must do: SHA-256 twice and ChaCha20-Poly1305 once. */
const BYTES = 64 * 1024 * 1024;
const footage = randomBytes(BYTES);
const key = randomBytes(32);
const { identity, recipient } = generateAgeIdentity();

function bare(): void {
  const content = createHash('sha256');
  const object = createHash('sha256');
  for (let at = 0; at < BYTES; at += CHUNK_BYTES) {
    const chunk = footage.subarray(at, at + CHUNK_BYTES);
    content.update(chunk);
    const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 });
    object.update(cipher.update(chunk));
    cipher.final();
    object.update(cipher.getAuthTag());
  }
  content.digest();
  object.digest();
}

function seal(): Uint8Array[] {
  const content = sha256Stream();
  const object = sha256Stream();
  const sealer = new AgeSealer([x25519Recipient(recipient)]);
  const out = [sealer.head];
  for (let at = 0; at < BYTES; at += CHUNK_BYTES) {
    const chunk = footage.subarray(at, at + CHUNK_BYTES);
    content.update(chunk);
    const sealed = sealer.update(chunk);
    object.update(sealed);
    out.push(sealed);
  }
  const last = sealer.final();
  object.update(last);
  content.digest();
  object.digest();
  return [...out, last];
}

const sealed = seal();
compare('sealing 64 MiB', BYTES, {
  'bare SHA-256 × 2 + ChaCha20-Poly1305': bare,
  'age, with content and object hash': () => void seal(),
  'opening it again': () => {
    const opener = new AgeOpener([x25519Identity(identity)]);
    for (const piece of sealed) opener.update(piece);
    opener.final();
  },
});
