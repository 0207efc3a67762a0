import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  ageOpen,
  generateAgeIdentity,
  makeStampBox,
  readBoxes,
  wholeFragments,
  x25519Identity,
} from '@mingjing/protocol';
import { FileFootageStore } from '../../../device/adapters/file-footage-store.ts';
import { probe, withDirectory } from '../../support/device-footage.ts';
import { makeFilm } from '../../support/recording-builder.ts';

const FILE = `${'a'.repeat(32)}.000000.age`;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function stampAt(n: number): Uint8Array {
  const at = '2026-11-20T08:00:00.000Z';
  const clock = { source: 'free-running' } as const;
  return makeStampBox({ at, mono: n, device: 'cam-1', recording: 'a'.repeat(32), clock }, n * 1000, n);
}

function boxesOf(content: Uint8Array, ...types: string[]): Uint8Array[] {
  return readBoxes(content)
    .filter(({ type }) => types.includes(type))
    .map(({ bytes }) => bytes);
}

/** Without a moof whose mdat was cut off. */
function upToLastPicture(plaintext: Uint8Array): Uint8Array {
  const whole = wholeFragments(plaintext);
  const last = readBoxes(whole).findLast(({ type }) => type === 'mdat');
  return last === undefined
    ? whole.subarray(0, 0)
    : whole.subarray(0, last.bytes.byteOffset + last.bytes.length - whole.byteOffset);
}

describe('footage store', function () {
  this.timeout(60_000);

  it('seals a segment that opens, plays by itself, and is what its hashes say', () =>
    withDirectory(async (directory) => {
      const film = await makeFilm(3);
      const { identity, recipient } = generateAgeIdentity();
      const store = await FileFootageStore.open(directory);
      const writer = await store.beginSegment(FILE, recipient, film.init);
      for (const [n, { moof, mdat }] of film.fragments.entries())
        await writer.append([stampAt(n), moof, mdat]);
      const sealed = await writer.seal();
      const file = readFileSync(join(directory, FILE));
      assert.equal(sealed.size, file.length);
      assert.equal(sealed.object, sha256(file));
      const { plaintext, complete } = ageOpen(file, [x25519Identity(identity)]);
      assert.ok(complete);
      assert.equal(sealed.content, sha256(plaintext));
      assert.deepEqual(
        boxesOf(plaintext, 'moof', 'mdat'),
        film.fragments.flatMap(({ moof, mdat }) => [moof, mdat]),
      );
      const played = await probe(plaintext);
      assert.equal(played.complaints, '');
      assert.equal(played.frames, 75);
      assert.equal(statSync(join(directory, FILE)).mode & 0o777, 0o600);
    }));

  it('leaves nothing of a fragment in memory: what append answered opens and plays, wherever a later write was cut', () =>
    withDirectory(async (directory) => {
      const film = await makeFilm(3);
      const { identity, recipient } = generateAgeIdentity();
      const store = await FileFootageStore.open(directory);
      const writer = await store.beginSegment(FILE, recipient, film.init);
      const path = join(directory, FILE);
      const durable: number[] = [];
      for (const [n, { moof, mdat }] of film.fragments.entries()) {
        await writer.append([stampAt(n), moof, mdat]);
        durable.push(statSync(path).size);
      }
      await writer.abandon();
      const whole = readFileSync(path);
      for (const [n, size] of durable.entries()) {
        const cut = size + Math.floor(Math.random() * ((durable[n + 1] ?? size) - size));
        const end = ageOpen(whole.subarray(0, cut), [x25519Identity(identity)], 'tolerate-cut');
        const boxes = upToLastPicture(end.plaintext);
        assert.ok(boxesOf(boxes, 'mdat').length >= n + 1, `fragment ${n} survives a cut at ${cut}`);
        const played = await probe(boxes);
        assert.equal(played.complaints, '');
        assert.ok(played.frames >= 25 * (n + 1));
      }
    }));

  it('recovers what was durable, to the byte, twice the same, with zeroes behind it or half a write', () =>
    withDirectory(async (directory) => {
      const film = await makeFilm(3);
      const { identity, recipient } = generateAgeIdentity();
      const store = await FileFootageStore.open(directory);
      const writer = await store.beginSegment(FILE, recipient, film.init);
      const path = join(directory, FILE);
      const [first, second] = film.fragments;
      await writer.append([stampAt(0), first?.moof ?? film.init, first?.mdat ?? film.init]);
      const durable = readFileSync(path);
      await writer.append([stampAt(1), second?.moof ?? film.init, second?.mdat ?? film.init]);
      await writer.abandon();
      truncateSync(path, durable.length + 1000);
      const halfWritten = await store.recoverSegment(FILE);
      const survived = { object: sha256(durable), size: durable.length };
      assert.deepEqual(halfWritten, { survived, found: durable.length, damaged: false });
      assert.deepEqual(await store.recoverSegment(FILE), halfWritten);
      writeFileSync(path, Buffer.concat([durable, Buffer.alloc(300_000)]));
      assert.deepEqual(await store.recoverSegment(FILE), halfWritten);
      const end = ageOpen(readFileSync(path), [x25519Identity(identity)], 'tolerate-cut');
      assert.equal(end.lostBytes, 0);
      assert.equal(boxesOf(end.plaintext, 'mdat').length, 1);
    }));

  it('finds nothing to recover in a file that is missing, empty, or holds only a head', () =>
    withDirectory(async (directory) => {
      const store = await FileFootageStore.open(directory);
      assert.deepEqual(await store.recoverSegment(FILE), { damaged: false });
      const film = await makeFilm(3);
      const writer = await store.beginSegment(FILE, generateAgeIdentity().recipient, film.init);
      await writer.abandon();
      assert.equal((await store.recoverSegment(FILE)).survived, undefined);
      writeFileSync(join(directory, FILE), '');
      assert.deepEqual(await store.recoverSegment(FILE), { found: 0, damaged: false });
    }));

  it('pads any fragment to a chunk, whatever its size', () =>
    withDirectory(async (directory) => {
      const store = await FileFootageStore.open(directory);
      const { identity, recipient } = generateAgeIdentity();
      let n = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(fc.integer({ min: 8, max: 200_000 }), fc.integer({ min: 65_500, max: 65_560 })), {
            minLength: 1,
            maxLength: 5,
          }),
          async (sizes) => {
            const name = `${'b'.repeat(32)}.${String((n += 1)).padStart(6, '0')}.age`;
            const box = (size: number): Uint8Array => {
              const bytes = Buffer.alloc(size, 7);
              bytes.writeUInt32BE(size);
              bytes.write('mdat', 4, 'latin1');
              return bytes;
            };
            const writer = await store.beginSegment(name, recipient, box(100));
            for (const size of sizes) await writer.append([box(size)]);
            await writer.seal();
            const opened = ageOpen(readFileSync(join(directory, name)), [x25519Identity(identity)]);
            const seen = readBoxes(opened.plaintext).filter(({ type }) => type === 'mdat');
            assert.deepEqual(
              seen.map(({ bytes }) => bytes.length),
              [100, ...sizes],
            );
          },
        ),
        { numRuns: 30 },
      );
    }));

  it('refuses to write over a file, and names the medium when it refuses', () =>
    withDirectory(async (directory) => {
      const store = await FileFootageStore.open(directory);
      const { recipient } = generateAgeIdentity();
      const film = await makeFilm(3);
      const writer = await store.beginSegment(FILE, recipient, film.init);
      await assert.rejects(store.beginSegment(FILE, recipient, film.init), { code: 'storage-failed' });
      await writer.abandon();
      assert.ok(await store.isWritable());
      await store.remove([FILE, 'never.there']);
      assert.deepEqual(readdirSync(directory), []);
      await assert.rejects(store.open('never.there', 0, 1), { code: 'storage-failed' });
    }));

  it('leaves one name behind at most, however often a medium refuses', () =>
    withDirectory(async (directory) => {
      const store = await FileFootageStore.open(directory);
      mkdirSync(join(directory, 'probe')); // nothing can be put in place under that name
      for (let n = 0; n < 5; n += 1) assert.equal(await store.isWritable(), false);
      assert.deepEqual(readdirSync(directory), ['probe']);
    }));
});
