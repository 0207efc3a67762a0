import assert from 'node:assert/strict';
import { Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import {
  AgeOpener,
  ageOpen,
  ageSeal,
  AgeSealer,
  CHUNK_BYTES,
  concat,
  generateAgeIdentity,
  generateHybridIdentity,
  hybridIdentity,
  hybridRecipient,
  ProtocolError,
  randomBytes,
  recipientOf,
  scryptIdentity,
  scryptRecipient,
  toUtf8,
  x25519Identity,
  x25519Recipient,
} from '@mingjing/protocol';
import { armor, dearmor } from '@mingjing/protocol';

const { identity, recipient } = generateAgeIdentity();
const open = (file: Uint8Array): Uint8Array => ageOpen(file, [x25519Identity(identity)]).plaintext;
const sizes = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES];

describe('sealing by age', () => {
  it('opens what it sealed, at every chunk boundary', () => {
    for (const size of sizes) {
      const plaintext = randomBytes(size);
      assert.deepEqual(open(ageSeal(plaintext, [x25519Recipient(recipient)])), plaintext);
    }
  });

  it('agrees with typage in both directions', async () => {
    for (const size of sizes) {
      const plaintext = randomBytes(size);
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      assert.deepEqual(open(await encrypter.encrypt(plaintext)), plaintext);
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      assert.deepEqual(
        Uint8Array.from(await decrypter.decrypt(ageSeal(plaintext, [x25519Recipient(recipient)]))),
        plaintext,
      );
    }
  });

  it('agrees with typage on post-quantum recipients', async () => {
    const hybrid = generateHybridIdentity();
    const decrypter = new Decrypter();
    decrypter.addIdentity(hybrid.identity);
    const file = ageSeal(toUtf8('for decades'), [hybridRecipient(hybrid.recipient)]);
    assert.equal(await decrypter.decrypt(file, 'text'), 'for decades');
    assert.deepEqual(ageOpen(file, [hybridIdentity(hybrid.identity)]).plaintext, toUtf8('for decades'));
  });

  it('opens for each of several recipients and for nobody else', () => {
    const second = generateAgeIdentity();
    const file = ageSeal(toUtf8('key'), [x25519Recipient(recipient), x25519Recipient(second.recipient)]);
    assert.deepEqual(open(file), toUtf8('key'));
    assert.deepEqual(ageOpen(file, [x25519Identity(second.identity)]).plaintext, toUtf8('key'));
    const stranger = x25519Identity(generateAgeIdentity().identity);
    assert.throws(
      () => ageOpen(file, [stranger]),
      (error) => error instanceof ProtocolError && error.code === 'age-no-match',
    );
  });

  it('takes passphrases, and armor', () => {
    const file = armor(ageSeal(toUtf8('paper'), [scryptRecipient('correct horse', 10)]));
    assert.deepEqual(ageOpen(dearmor(file), [scryptIdentity('correct horse')]).plaintext, toUtf8('paper'));
    assert.throws(() => ageOpen(dearmor(file), [scryptIdentity('wrong')]), ProtocolError);
  });

  it('derives the recipient from the identity', () => assert.equal(recipientOf(identity), recipient));

  it('streams: any pieces in, the same file content out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 50_000 }),
        (pieces, step) => {
          const sealer = new AgeSealer([x25519Recipient(recipient)]);
          const file = concat([sealer.head, ...pieces.map((piece) => sealer.update(piece)), sealer.final()]);
          const opener = new AgeOpener([x25519Identity(identity)]);
          const out: Uint8Array[] = [];
          for (let at = 0; at < file.length; at += step)
            out.push(opener.update(file.subarray(at, at + step)));
          assert.deepEqual(concat([...out, opener.final().plaintext]), concat(pieces));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('shows any changed byte', () => {
    const file = ageSeal(randomBytes(CHUNK_BYTES + 100), [x25519Recipient(recipient)]);
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = Uint8Array.from(file);
        copy[at] = (copy[at] ?? 0) ^ change;
        assert.throws(() => open(copy), ProtocolError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a sealed file whose tail is lost', () => {
  /** As the camera writes: each fragment fills its chunk, so that nothing waits in memory. */
  function cameraFile(fragments: number): Uint8Array {
    const sealer = new AgeSealer([x25519Recipient(recipient)]);
    const parts = [sealer.head];
    for (let n = 0; n < fragments; n += 1) {
      parts.push(sealer.update(new Uint8Array(CHUNK_BYTES).fill(n)), sealer.flushFull());
      assert.equal(sealer.pending, 0);
    }
    parts.push(sealer.update(Uint8Array.of(99)), sealer.final());
    return concat(parts);
  }

  it('gives back every whole chunk, wherever it was cut, and says that it is cut', () => {
    const file = cameraFile(3);
    const head = file.length - (3 * (CHUNK_BYTES + 16) + 17);
    fc.assert(
      fc.property(fc.integer({ min: head, max: file.length - 1 }), (cut) => {
        const end = ageOpen(file.subarray(0, cut), [x25519Identity(identity)], 'tolerate-cut');
        assert.equal(end.complete, false);
        assert.equal(end.plaintext.length, Math.floor((cut - head) / (CHUNK_BYTES + 16)) * CHUNK_BYTES);
        assert.throws(() => open(file.subarray(0, cut)), ProtocolError);
      }),
      { numRuns: 60 },
    );
    assert.equal(ageOpen(file, [x25519Identity(identity)], 'tolerate-cut').complete, true);
  });

  it('cannot be altered before the cut', () => {
    const file = cameraFile(2);
    file[file.length - 40_000] = (file[file.length - 40_000] ?? 0) ^ 1;
    assert.throws(() => ageOpen(file, [x25519Identity(identity)], 'tolerate-cut'), ProtocolError);
  });

  it('a flushed chunk must be followed by a byte', () => {
    const sealer = new AgeSealer([x25519Recipient(recipient)]);
    sealer.update(new Uint8Array(CHUNK_BYTES));
    sealer.flushFull();
    assert.throws(() => sealer.final(), ProtocolError);
  });
});
