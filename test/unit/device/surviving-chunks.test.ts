import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  ageOpen,
  AgeSealer,
  CHUNK_BYTES,
  concat,
  generateAgeIdentity,
  x25519Identity,
  x25519Recipient,
} from '@mingjing/protocol';
import { SurvivingChunks } from '../../../device/core/surviving-chunks.ts';

const CHUNKS = 5;
const { identity, recipient } = generateAgeIdentity();
const sealer = new AgeSealer([x25519Recipient(recipient)]);
const head = sealer.head;
const file = concat([head, ...Array.from({ length: CHUNKS }, sealChunk)]);
const SEALED = CHUNK_BYTES + 16;

function sealChunk(_: unknown, n: number): Uint8Array {
  return concat([sealer.update(new Uint8Array(CHUNK_BYTES).fill(n + 1)), sealer.flushFull()]);
}

function survivors(bytes: Uint8Array, pieces: readonly number[] = []): number {
  const chunks = new SurvivingChunks();
  let at = 0;
  for (const piece of pieces) {
    chunks.update(bytes.subarray(at, at + piece));
    at += piece;
  }
  chunks.update(bytes.subarray(at));
  return chunks.length;
}

describe('surviving chunks', () => {
  it('are counted down to the last whole one, wherever the file is cut and however it is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: file.length }),
        fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 5 }),
        (cut, pieces) => {
          const whole = Math.max(0, Math.floor((cut - head.length) / SEALED));
          assert.equal(
            survivors(file.subarray(0, cut), pieces),
            whole === 0 ? 0 : head.length + whole * SEALED,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('end where the file system shows zeroes for what the cut took, and all of them open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: Math.floor(file.length / 512) - 1 }), (sector) => {
        const damaged = file.slice().fill(0, sector * 512);
        const length = survivors(damaged);
        const whole = Math.floor((sector * 512 - head.length) / SEALED);
        assert.equal(length, whole === 0 ? 0 : head.length + whole * SEALED);
        if (length === 0) return;
        const end = ageOpen(damaged.subarray(0, length), [x25519Identity(identity)], 'tolerate-cut');
        assert.equal(end.plaintext.length, whole * CHUNK_BYTES);
        assert.equal(end.lostBytes, 0);
      }),
      { numRuns: 40 },
    );
  });

  it('do not count a chunk whose last sector is lost, though the file ends with it', () => {
    const one = file.slice(0, head.length + SEALED);
    assert.equal(survivors(one), one.length);
    assert.equal(survivors(one.fill(0, Math.floor(one.length / 512) * 512)), 0);
  });

  it('are none in what is no age file', () => {
    assert.equal(survivors(new Uint8Array(1_000_000).fill(65)), 0);
    assert.equal(survivors(new Uint8Array(0)), 0);
  });
});
