import assert from 'node:assert/strict';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import {
  ed25519SignerFromSeed,
  ed25519Verifier,
  fromHex,
  toHex,
  toUtf8,
  tweetnaclVerifier,
} from '@mingjing/protocol';

/** RFC 8032 section 7.1: seed, public key, message, signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

describe('Ed25519, in both implementations', () => {
  for (const [seed, publicKey, message, signature] of VECTORS) {
    it(`fits RFC 8032 for the message "${message}"`, () => {
      const signer = ed25519SignerFromSeed(fromHex(seed));
      assert.equal(toHex(signer.publicKey), publicKey);
      assert.equal(toHex(signer.sign(fromHex(message))), signature);
      for (const verifier of [ed25519Verifier(fromHex(publicKey)), tweetnaclVerifier(fromHex(publicKey))]) {
        assert.ok(verifier.verify(fromHex(message), fromHex(signature)));
        assert.ok(!verifier.verify(toUtf8('another'), fromHex(signature)));
        assert.ok(!verifier.verify(fromHex(message), fromHex(signature).slice(0, 63)));
      }
    });
  }

  it('refuses the malleable twin of a signature (S + L)', () => {
    const [, publicKey, message, signature] = VECTORS[1];
    const s =
      fromHex(signature)
        .slice(32)
        .reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + ORDER;
    const twin = fromHex(signature);
    for (let n = 0; n < 32; n += 1) twin[32 + n] = Number((s >> BigInt(8 * n)) & 0xffn);
    for (const verifier of [ed25519Verifier(fromHex(publicKey)), tweetnaclVerifier(fromHex(publicKey))]) {
      assert.ok(!verifier.verify(fromHex(message), twin));
    }
  });

  /** The eight points whose order divides 8, in every way to write them, y unreduced and x = -0 included. */
  const SMALL_ORDER = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].flatMap((hex) => [fromHex(hex), fromHex(hex).with(31, (fromHex(hex)[31] ?? 0) | 0x80)]);

  const IDENTITY = Uint8Array.of(1, ...new Uint8Array(31));

  it('refuses what a key of small order signs for everybody', () => {
    let forged = 0;
    for (const key of SMALL_ORDER) {
      for (let n = 0; n < 8; n += 1) {
        const message = Uint8Array.of(n);
        for (const point of [IDENTITY, key]) {
          const signature = new Uint8Array(64);
          signature.set(point);
          if (nacl.sign.detached.verify(message, signature, key)) forged += 1;
          for (const verifier of [ed25519Verifier(key), tweetnaclVerifier(key)])
            assert.equal(verifier.verify(message, signature), false, toHex(key));
        }
      }
    }
    assert.ok(forged > 0, 'no forgery was tried');
  });

  it('answers alike for any key, message and signature', () => {
    const signer = ed25519SignerFromSeed(new Uint8Array(32).fill(7));
    const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength: length, maxLength: length });
    const key = fc.oneof(bytes(32), fc.constant(signer.publicKey), fc.constantFrom(...SMALL_ORDER));
    const flip = fc.option(fc.nat(511), { nil: undefined });
    fc.assert(
      fc.property(key, bytes(4), flip, (one, message, bit) => {
        const signature = signer.sign(message);
        if (bit !== undefined) signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const [a, b] = [ed25519Verifier(one), tweetnaclVerifier(one)].map((verifier) =>
          verifier.verify(message, signature),
        );
        assert.equal(a, b);
      }),
      { numRuns: 100 },
    );
  });
});
