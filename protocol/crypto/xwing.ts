import { createHash, createPrivateKey, createPublicKey, decapsulate, encapsulate } from 'node:crypto';
import { concat, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { aeadOpen, aeadSeal, hkdfExpand, hkdfExtract } from './aead.ts';
import { generateX25519Secret, x25519, x25519PublicKey } from './x25519.ts';

/**
 * MLKEM768-X25519 (X-Wing) as an HPKE KEM: RFC 9180 base mode, draft-ietf-hpke-pq. What is sealed today
 * stays closed to a quantum computer of tomorrow: footage is kept for decades.
 */
const MLKEM_PKCS8_HEAD = Uint8Array.from([
  0x30, 0x54, 0x02, 0x01, 0x00, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x02,
  0x04, 0x42, 0x80, 0x40,
]);
const MLKEM_SPKI_HEAD = Uint8Array.from([
  0x30, 0x82, 0x04, 0xb2, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x04, 0x02, 0x03,
  0x82, 0x04, 0xa1, 0x00,
]);
const MLKEM_PUBLIC_BYTES = 1184;
const MLKEM_CIPHERTEXT_BYTES = 1088;
export const XWING_ENCAPSULATED_BYTES = MLKEM_CIPHERTEXT_BYTES + 32;
export const XWING_PUBLIC_BYTES = MLKEM_PUBLIC_BYTES + 32;
const XWING_LABEL = Uint8Array.from([0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c]);
/** HPKE suite: KEM 0x647a, HKDF-SHA256 0x0001, ChaCha20Poly1305 0x0003. */
const SUITE = concat([toUtf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03)]);
const EMPTY = new Uint8Array(0);

export function xwingPublicKey(seed: Uint8Array): Uint8Array {
  const { mlkem, x25519Secret } = expand(seed);
  const der = createPublicKey(mlkem).export({ format: 'der', type: 'spki' });
  return concat([der.subarray(MLKEM_SPKI_HEAD.length), x25519PublicKey(x25519Secret)]);
}

/** HPKE SealBase with a fresh encapsulation; `aad` empty. */
export function xwingSeal(
  publicKey: Uint8Array,
  info: string,
  plaintext: Uint8Array,
): { enc: Uint8Array; ciphertext: Uint8Array } {
  if (publicKey.length !== XWING_PUBLIC_BYTES)
    throw new ProtocolError('unknown-key', 'an X-Wing public key has 1216 bytes');
  const der = Buffer.from(concat([MLKEM_SPKI_HEAD, publicKey.subarray(0, MLKEM_PUBLIC_BYTES)]));
  const kem = encapsulate(createPublicKey({ key: der, format: 'der', type: 'spki' }));
  const ephemeral = generateX25519Secret();
  const peer = publicKey.subarray(MLKEM_PUBLIC_BYTES);
  const share = x25519PublicKey(ephemeral);
  const { key, nonce } = schedule(combine(kem.sharedKey, x25519(ephemeral, peer), share, peer), info);
  return { enc: concat([kem.ciphertext, share]), ciphertext: aeadSeal(key, nonce, plaintext) };
}

/** HPKE OpenBase. Undefined if the tag does not fit; throws 'unknown-key' on a low-order point. */
export function xwingOpen(
  seed: Uint8Array,
  enc: Uint8Array,
  info: string,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const { mlkem, x25519Secret } = expand(seed);
  const share = enc.subarray(MLKEM_CIPHERTEXT_BYTES);
  const kemSecret = decapsulate(mlkem, enc.subarray(0, MLKEM_CIPHERTEXT_BYTES));
  const shared = combine(kemSecret, x25519(x25519Secret, share), share, x25519PublicKey(x25519Secret));
  const { key, nonce } = schedule(shared, info);
  return aeadOpen(key, nonce, ciphertext);
}

function expand(seed: Uint8Array): { mlkem: ReturnType<typeof createPrivateKey>; x25519Secret: Uint8Array } {
  if (seed.length !== 32) throw new ProtocolError('unknown-key', 'an X-Wing seed has 32 bytes');
  const expanded = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const der = Buffer.concat([MLKEM_PKCS8_HEAD, expanded.subarray(0, 64)]);
  return {
    mlkem: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
    x25519Secret: new Uint8Array(expanded.subarray(64)),
  };
}

function combine(
  kemSecret: Uint8Array,
  dhSecret: Uint8Array,
  share: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  const input = concat([kemSecret, dhSecret, share, publicKey, XWING_LABEL]);
  return new Uint8Array(createHash('sha3-256').update(input).digest());
}

/** RFC 9180 section 5.1, mode_base. */
function schedule(sharedSecret: Uint8Array, info: string): { key: Uint8Array; nonce: Uint8Array } {
  const context = concat([
    Uint8Array.of(0x00),
    labeledExtract(EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(EMPTY, 'info_hash', toUtf8(info)),
  ]);
  const secret = labeledExtract(sharedSecret, 'secret', EMPTY);
  return {
    key: labeledExpand(secret, 'key', context, 32),
    nonce: labeledExpand(secret, 'base_nonce', context, 12),
  };
}

function labeledExtract(salt: Uint8Array, label: string, input: Uint8Array): Uint8Array {
  return hkdfExtract(salt, concat([toUtf8('HPKE-v1'), SUITE, toUtf8(label), input]));
}

function labeledExpand(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  const lengthBytes = Uint8Array.of(length >> 8, length & 0xff);
  return hkdfExpand(secret, concat([lengthBytes, toUtf8('HPKE-v1'), SUITE, toUtf8(label), context]), length);
}
