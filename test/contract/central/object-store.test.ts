import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DirectoryObjects } from '../../../central/adapters/directory-objects/directory-objects.ts';
import { ObjectStoreError, type ObjectStoreErrorCode } from '../../../central/core/errors.ts';
import type { ObjectStore } from '../../../central/ports/object-store.ts';
import { objectPath } from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const MEBIBYTE = 1024 * 1024;
const nameOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function* pieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    await new Promise(setImmediate);
    yield bytes.subarray(from, from + size);
  }
}

async function readAll(
  store: ObjectStore,
  object: string,
  range?: { from: number; to: number },
): Promise<Buffer> {
  const bytes = await store.read(object, range);
  assert.ok(bytes, 'it is there');
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

const fails = (code: ObjectStoreErrorCode) => (error: unknown) =>
  error instanceof ObjectStoreError && error.code === code;

/** The contract of ports/object-store.ts. `left` counts whatever lies about that is no object. */
function keepsTheContract(
  make: () => { store: ObjectStore; left: () => number; again: () => ObjectStore },
): void {
  for (const size of [0, 1, 70_000, MEBIBYTE, 3 * MEBIBYTE + 17]) {
    it(`keeps an object of ${size} bytes and gives it back`, async () => {
      const { store, left, again } = make();
      const bytes = randomBytes(size);
      assert.equal(await store.put(nameOf(bytes), size, pieces(bytes)), 'stored');
      assert.equal(await again().confirm(nameOf(bytes)), size);
      assert.deepEqual(await readAll(again(), nameOf(bytes)), bytes);
      assert.equal(left(), 0);
    });
  }

  it('gives any range, cut to what there is', async () => {
    const { store } = make();
    const bytes = randomBytes(100_000);
    await store.put(nameOf(bytes), bytes.length, pieces(bytes));
    for (const [from, to] of [
      [0, 1],
      [10, 70_000],
      [99_999, 200_000],
      [100_000, 200_000],
      [5, 5],
    ] as const)
      assert.deepEqual(await readAll(store, nameOf(bytes), { from, to }), bytes.subarray(from, to));
  });

  it('says that an object is present, without reading the bytes again', async () => {
    const { store } = make();
    const bytes = randomBytes(1000);
    await store.put(nameOf(bytes), 1000, pieces(bytes));
    assert.equal(await store.put(nameOf(bytes), 1000, pieces(randomBytes(1000))), 'present');
    assert.deepEqual(await readAll(store, nameOf(bytes)), bytes);
  });

  it('knows nothing of an object that never came', async () => {
    const { store } = make();
    assert.equal(await store.confirm(nameOf(randomBytes(8))), undefined);
    assert.equal(await store.read(nameOf(randomBytes(8))), undefined);
  });

  const bytes = randomBytes(200_000);
  const name = nameOf(bytes);
  const wrong: [string, Uint8Array, number, ObjectStoreErrorCode][] = [
    ['other bytes', randomBytes(200_000), 200_000, 'digest-mismatch'],
    ['one bit flipped', Buffer.from(bytes).fill((bytes[7] ?? 0) ^ 1, 7, 8), 200_000, 'digest-mismatch'],
    ['fewer bytes than announced', bytes.subarray(0, 199_999), 200_000, 'size-differs'],
    ['more bytes than announced', Buffer.concat([bytes, Buffer.of(0)]), 200_000, 'size-differs'],
  ];
  for (const [what, sent, size, code] of wrong) {
    it(`refuses ${what} and keeps nothing`, async () => {
      const { store, left } = make();
      await assert.rejects(store.put(name, size, pieces(sent)), fails(code));
      assert.equal(await store.confirm(name), undefined);
      assert.equal(left(), 0);
      assert.equal(await store.put(name, bytes.length, pieces(bytes)), 'stored', 'and takes the right ones');
    });
  }

  it('keeps nothing of a sender that breaks off, and passes its error on', async () => {
    const { store, left } = make();
    const broken = new Error('the line broke');
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield* pieces(bytes.subarray(0, 150_000));
      throw broken;
    }
    await assert.rejects(store.put(name, bytes.length, breaking()), (error) => error === broken);
    assert.equal(await store.confirm(name), undefined);
    assert.equal(left(), 0);
  });

  describe('from a sender that will come again', () => {
    const sender = (from = 0, by = 'dock-1') => ({ by, from, cut: () => undefined });
    async function* breaking(upTo: number): AsyncGenerator<Uint8Array> {
      yield* pieces(bytes.subarray(0, upTo));
      throw new Error('the line broke');
    }

    it('goes on where the line broke, also in another process', async () => {
      const { store, left, again } = make();
      await assert.rejects(store.put(name, bytes.length, breaking(90_000), sender()), /the line broke/);
      assert.equal(await store.kept(name, 'dock-2'), 0, 'what another sent is not his');
      const later = again();
      await later.sweep();
      const from = await later.kept(name, 'dock-1');
      assert.equal(from, 90_000);
      assert.equal(await later.confirm(name), undefined);
      assert.equal(await later.put(name, bytes.length, pieces(bytes.subarray(from)), sender(from)), 'stored');
      assert.deepEqual(await readAll(later, name), bytes);
      assert.equal(left(), 0);
    });

    it('refuses to go on behind what it has', async () => {
      const { store } = make();
      await assert.rejects(store.put(name, bytes.length, pieces(bytes), sender(1)), fails('wrong-offset'));
    });

    it('ends an upload that is still under way when its sender asks', async () => {
      const { store } = make();
      let cut = (): void => undefined;
      async function* stalled(): AsyncGenerator<Uint8Array> {
        yield* pieces(bytes.subarray(0, 100_000));
        await new Promise<void>((_resolve, reject) => (cut = () => reject(new Error('cut'))));
      }
      const put = store.put(name, bytes.length, stalled(), { ...sender(), cut: () => cut() });
      const cutOff = assert.rejects(put, /cut/);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(await store.kept(name, 'dock-1'), 100_000);
      await cutOff;
    });

    it('lets nobody who asks spoil an upload that goes on meanwhile', async () => {
      const { store, left } = make();
      const large = randomBytes(8 * MEBIBYTE);
      async function* most(): AsyncGenerator<Uint8Array> {
        yield* pieces(large.subarray(0, 7 * MEBIBYTE));
        throw new Error('the line broke');
      }
      await assert.rejects(store.put(nameOf(large), large.length, most(), sender()), /the line broke/);
      const asked = Promise.all([1, 2].map(() => store.kept(nameOf(large), 'dock-1')));
      await new Promise(setImmediate);
      const rest = pieces(large.subarray(70_000));
      assert.equal(await store.put(nameOf(large), large.length, rest, sender(70_000)), 'stored');
      await asked;
      assert.equal(left(), 0);
    });

    it('keeps nothing while there is no room for a whole', async () => {
      const { store } = make();
      await assert.rejects(store.put(name, bytes.length, breaking(90_000), sender()), /the line broke/);
      async function* full(): AsyncGenerator<Uint8Array> {
        yield await Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' }));
      }
      await assert.rejects(
        store.put(nameOf(randomBytes(4)), 4, full(), sender(0, 'dock-2')),
        fails('storage-full'),
      );
      assert.equal(await store.kept(name, 'dock-1'), 0);
      assert.equal(await store.put(name, bytes.length, pieces(bytes), sender()), 'stored');
    });

    it('keeps no more than so many of one sender, the oldest goes', async () => {
      const { store } = make();
      const names = Array.from({ length: 34 }, (_, n) => nameOf(Buffer.from([n])));
      for (const one of names) await assert.rejects(store.put(one, bytes.length, breaking(70_000), sender()));
      const kept = await Promise.all(names.map((one) => store.kept(one, 'dock-1')));
      assert.equal(kept.filter((length) => length > 0).length, 32);
    });
  });

  it('takes one object from many senders at once', async () => {
    const { store, left } = make();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => store.put(name, bytes.length, pieces(bytes, 1000 + n * 777))),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 1);
    assert.deepEqual(await readAll(store, name), bytes);
    assert.equal(left(), 0);
  });

  it('is not spoilt by a bad sender beside good ones', async () => {
    const { store } = make();
    const outcomes = await Promise.allSettled([
      store.put(name, bytes.length, pieces(randomBytes(200_000))),
      store.put(name, bytes.length, pieces(bytes)),
      store.put(name, bytes.length, pieces(bytes.subarray(1))),
    ]);
    assert.ok(outcomes.some((outcome) => outcome.status === 'fulfilled'));
    assert.deepEqual(await readAll(store, name), bytes);
  });
}

describe('objects in a directory', () => {
  const make = () => {
    const directory = temporary();
    const store = new DirectoryObjects(directory);
    const left = (): number => readdirSync(join(directory, 'incoming')).length;
    return { directory, store, left, again: () => new DirectoryObjects(directory) };
  };

  keepsTheContract(make);

  it('sweeps away what broken uploads left, and nothing else', async () => {
    const { store, directory, again } = make();
    const bytes = randomBytes(10);
    await store.put(nameOf(bytes), 10, pieces(bytes));
    writeFileSync(join(directory, 'incoming', 'left'), 'over');
    assert.equal(await again().sweep(), 1);
    assert.equal(await again().sweep(), 0);
    assert.equal(await store.confirm(nameOf(bytes)), 10);
  });

  it('finds an object that was linked when the process died', async () => {
    const { store, directory } = make();
    const bytes = randomBytes(10);
    const path = objectPath(directory, nameOf(bytes));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(join(directory, 'incoming', 'left'), bytes);
    linkSync(join(directory, 'incoming', 'left'), path);
    assert.equal(await store.confirm(nameOf(bytes)), 10);
    assert.equal(await store.put(nameOf(bytes), 10, pieces(bytes)), 'present');
  });

  it('replaces a file of the wrong size, keeps it aside where no sweep comes, and tells', async () => {
    const directory = temporary();
    const told: string[] = [];
    const store = new DirectoryObjects(directory, (what) => told.push(what));
    const bytes = randomBytes(100_000);
    const path = objectPath(directory, nameOf(bytes));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes.subarray(0, 50_000));
    const puts = Array.from({ length: 6 }, () => store.put(nameOf(bytes), bytes.length, pieces(bytes)));
    assert.ok((await Promise.all(puts)).includes('stored'));
    assert.deepEqual(await readAll(store, nameOf(bytes)), bytes);
    await store.sweep();
    const aside = readdirSync(join(directory, 'damaged'));
    assert.deepEqual(
      aside.map((file) => readFileSync(join(directory, 'damaged', file))),
      [bytes.subarray(0, 50_000)],
    );
    assert.equal(told.length, 1);
    assert.equal(await store.put(nameOf(bytes), bytes.length, pieces(bytes)), 'present');
  });

  it('takes no name that could lead elsewhere', async () => {
    const { store, directory } = make();
    for (const name of ['../../escape', 'A'.repeat(64), ''])
      await assert.rejects(store.confirm(name), fails('storage-failed'));
    assert.equal(existsSync(join(directory, '..', 'escape')), false);
  });

  it('says when there is no room', async function () {
    const { store } = make();
    async function* full(): AsyncGenerator<Uint8Array> {
      yield await Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' }));
    }
    await assert.rejects(store.put(nameOf(randomBytes(4)), 4, full()), fails('storage-full'));
  });
});
