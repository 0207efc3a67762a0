import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEntry, type JournalPage } from '@mingjing/protocol';
import { DiskOutbox } from '../../../dock-agent/adapters/disk-outbox/disk-outbox.ts';
import type { Attempt } from '../../../dock-agent/adapters/disk-outbox/object-files.ts';
import { OutboxError, type OutboxErrorCode } from '../../../dock-agent/core/outbox-rules.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const RECEIPT = { receipt: 'a note', evidence: ['a chain'] };
const PLENTY = 1_000_000_000;

describe('the outbox on disk', () => {
  const temporary = temporaryDirectories();
  let test: TestAgency;
  let camera: SimulatedCamera;
  let directory: string;
  let damaged: string[];
  const open: DiskOutbox[] = [];
  const name = { device: 'cam-1', epoch: 1 };

  before(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
  });
  after(() => test.close());
  beforeEach(() => {
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    directory = temporary();
    damaged = [];
  });
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
  });

  function outbox(attempt?: Attempt, maxBytes = PLENTY): DiskOutbox {
    const store = new DiskOutbox({
      directory,
      maxBytes,
      reserveBytes: 0,
      onDamaged: (what) => damaged.push(what),
      ...(attempt === undefined ? {} : { attempt }),
    });
    open.push(store);
    return store;
  }
  const refused = async (work: Promise<unknown>, code: OutboxErrorCode): Promise<void> =>
    assert.rejects(work, (error) => error instanceof OutboxError && error.code === code);
  const put = async (store: DiskOutbox, object: string): Promise<void> => {
    const stored = camera.objects.get(object);
    assert.ok(stored);
    await store.put(object, stored.size, stored.open());
  };
  const whole = (page: Partial<JournalPage> = {}): JournalPage => ({ ...camera.page(0, 256), ...page });

  /** Everything the outbox says that it holds is there, and is what its name says. */
  async function assertSound(store: DiskOutbox, objects: readonly string[]): Promise<void> {
    for (const object of objects.filter((one) => store.holds(one))) {
      const hash = createHash('sha256');
      for await (const piece of store.read(object)) hash.update(piece);
      assert.equal(hash.digest('hex'), object);
    }
    assert.deepEqual(readdirSync(join(directory, 'incoming')), []);
    assert.deepEqual(damaged, []);
  }

  it('keeps pages and objects over a restart, and asks for what is missing: keys and marked recordings first', async () => {
    const [plainKey = '', plain = ''] = camera.record(1_000);
    const [markedKey = '', marked = ''] = camera.record(2_000);
    const opened = camera.entries.map((bytes) => decodeEntry(bytes)).filter((read) => read.known);
    const recording = opened
      .map(({ entry }) => entry)
      .findLast((entry) => entry.type === 'recording-opened')?.recording;
    assert.ok(recording);
    const closed = camera.entries.length;
    camera.append({ type: 'marked', recording, kind: 'key' });
    const store = outbox();
    await store.takePage(name, whole(), 7);
    assert.deepEqual(
      store.state(name).missing.map(({ object }) => object),
      [plainKey, markedKey, marked, plain],
    );
    await put(store, plainKey);
    store.close();
    open.length = 0;
    const again = outbox();
    assert.deepEqual(
      again.state(name).missing.map(({ object }) => object),
      [markedKey, marked, plain],
    );
    assert.equal(again.state(name).size, closed + 1);
    assert.deepEqual(again.pageBeyond(name, 0), whole());
    assert.equal(again.usage().oldest, 7);
    await assertSound(again, [plainKey]);
  });

  it('takes the journal page by page, each against the tree the camera signed', async () => {
    for (let n = 0; n < 20; n += 1) camera.record(10);
    const store = outbox();
    for (let from = 0; from < camera.size; from += 7) await store.takePage(name, camera.page(from, 7), 1);
    assert.equal(store.state(name).size, camera.size);
    assert.equal(store.state(name).missing.length, 40);
    await store.takePage(name, camera.page(3, 20), 1);
    assert.equal(store.state(name).size, camera.size, 'the same again does no harm');
    await refused(store.takePage(name, { ...camera.page(0, 7), from: camera.size + 1 }, 1), 'page-gap');
  });

  it('refuses entries that are not those of the signed tree, and a second past', async () => {
    const clone = camera.fork();
    camera.record(10);
    clone.record(20);
    const store = outbox();
    const { entries } = whole();
    await refused(store.takePage(name, whole({ entries: [...entries].reverse() }), 1), 'page-bad');
    await store.takePage(name, whole(), 1);
    await refused(store.takePage(name, clone.page(0, 256), 1), 'page-forked');
    assert.equal(store.state(name).size, camera.size);
  });

  it('takes only what a page names, under its right name and size', async () => {
    const [, object = ''] = camera.record(1_000);
    const store = outbox();
    await refused(put(store, object), 'not-named');
    await store.takePage(name, whole(), 1);
    const stored = camera.objects.get(object);
    assert.ok(stored);
    await refused(store.put(object, 999, stored.open()), 'not-named');
    await refused(store.put(object, 1_000, other(1_000)), 'altered');
    await refused(store.put(object, 1_000, other(1_001)), 'altered');
    assert.equal(store.holds(object), false);
    await put(store, object);
    await assertSound(store, [object]);
  });

  it('is full at its limit, whoever writes at once, and takes again what fits', async () => {
    const [, one = '', two = ''] = camera.record(40_000, 40_000);
    const store = outbox(undefined, 70_000);
    await store.takePage(name, whole(), 1);
    const outcome = await Promise.allSettled([put(store, one), put(store, two)]);
    assert.deepEqual(outcome.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    await refused(put(store, store.holds(one) ? two : one), 'full');
    assert.ok(store.usage().bytes <= 70_000);
  });

  it('leaves the reserve of the disk alone', async () => {
    camera.record(1_000);
    const store = new DiskOutbox({ directory, maxBytes: PLENTY, reserveBytes: Number.MAX_SAFE_INTEGER });
    open.push(store);
    await refused(store.takePage(name, whole(), 1), 'full');
  });

  it('lets go of what a receipt covers and of nothing else', async () => {
    const first = camera.record(100);
    const upTo = camera.size;
    const second = camera.record(200);
    const store = outbox();
    await store.takePage(name, camera.page(0, upTo), 1);
    await store.takePage(name, camera.page(upTo, 256), 1);
    for (const object of [...first, ...second]) await put(store, object);
    await store.cover(name, upTo, RECEIPT);
    assert.ok(first.every((object) => !store.holds(object)));
    assert.ok(second.every((object) => store.holds(object)));
    await store.cover(name, upTo - 1, { ...RECEIPT, receipt: 'an older note' });
    assert.deepEqual(store.receipt(name), RECEIPT);
    assert.deepEqual(store.pageBeyond(name, 0), camera.page(upTo, 256));
    await store.cover(name, camera.size, RECEIPT);
    assert.deepEqual(store.usage(), { bytes: 0, files: 0, journals: 0, oldest: undefined });
  });

  it('keeps nothing of an object that a receipt covered while it came', async () => {
    const [, object = ''] = camera.record(1_000);
    const store = outbox();
    await store.takePage(name, whole(), 1);
    const bytes = camera.objects.get(object)?.open();
    assert.ok(bytes);
    async function* late(): AsyncGenerator<Uint8Array> {
      await store.cover(name, camera.size, RECEIPT);
      yield* bytes ?? [];
    }
    await store.put(object, 1_000, late());
    assert.equal(store.usage().files, 0);
    await assertSound(store, [object]);
  });

  describe('when a write fails', () => {
    type Step = (store: DiskOutbox, objects: readonly string[]) => Promise<void>;
    const LIFE: readonly Step[] = [
      (store) => store.takePage(name, camera.page(0, 4), 1).then(() => undefined),
      (store) => store.takePage(name, camera.page(4, 256), 1).then(() => undefined),
      (store, [one = '']) => put(store, one),
      (store, [, two = '']) => put(store, two),
      (store, [, two = '']) => store.discard(two),
      (store, [, two = '']) => put(store, two),
      (store) => store.cover(name, camera.size, RECEIPT),
    ];
    const objects = (): string[] => [...camera.objects.keys()];

    /** Goes through the life of an outbox, with write `n` failing; gives how many steps were acknowledged. */
    async function live(
      n: number,
      how: 'lost' | 'persisted',
    ): Promise<{ acknowledged: number; writes: number }> {
      let writes = 0;
      const store = outbox((_what, act) => {
        const fails = (writes += 1) === n;
        if (fails && how === 'lost') throw new Error('EIO');
        const done = act();
        if (!fails) return done;
        if (!(done instanceof Promise)) throw new Error('EIO');
        return done.then((value: unknown) => closed(value)) as typeof done;
      });
      let acknowledged = 0;
      try {
        for (const step of LIFE) {
          await step(store, objects());
          acknowledged += 1;
        }
      } catch (error) {
        assert.ok(error instanceof OutboxError, String(error));
      }
      store.close();
      open.length = 0;
      return { acknowledged, writes };
    }

    for (const how of ['lost', 'persisted'] as const) {
      it(`and is ${how}, whichever it is: what was acknowledged is there after a restart, and all ends well`, async () => {
        camera.record(1_000, 200_000);
        const { writes } = await live(0, how);
        assert.ok(writes > 15, `${writes} writes`);
        for (let n = 1; n <= writes; n += 1) {
          directory = temporary();
          const { acknowledged } = await live(n, how);
          const store = outbox();
          await assertSound(store, objects());
          const [one = '', two = ''] = objects();
          const there = store.state(name);
          if (acknowledged === LIFE.length) assert.equal(there.receipted, camera.size);
          if (acknowledged >= 1) assert.ok(there.size >= 4, `write ${n}: the first page`);
          if (acknowledged >= 2) assert.equal(there.size, camera.size, `write ${n}: the second page`);
          const covered = there.receipted === camera.size;
          if (acknowledged >= 3 && !covered) assert.ok(store.holds(one), `write ${n}: the first object`);
          if (acknowledged >= 6 && !covered) assert.ok(store.holds(two), `write ${n}: the second object`);
          for (const step of LIFE)
            await step(store, objects()).catch((error: unknown) => orGone(error, covered));
          await assertSound(store, objects());
          const { files, journals } = store.usage();
          assert.deepEqual([files, journals], [0, 0], `write ${n}: something is left over`);
          store.close();
          open.length = 0;
        }
      });
    }

    it('to a full disk: says so', async () => {
      const [, object = ''] = camera.record(1_000);
      let full = false;
      const store = outbox((what, act) => {
        if (full && what === 'write') throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        return act();
      });
      await store.takePage(name, whole(), 1);
      full = true;
      await refused(put(store, object), 'full');
      full = false;
      await put(store, object);
      assert.ok(existsSync(join(directory, 'objects', object.slice(0, 2), object)));
    });
  });
});

/** What is covered already is named no more. */
function orGone(error: unknown, covered: boolean): void {
  const code = error instanceof OutboxError ? error.code : undefined;
  assert.ok(covered && code === 'not-named', String(error));
}

/** Done, and told as failed; a file that was opened is not left open. */
async function closed(value: unknown): Promise<never> {
  if (typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function')
    await (value.close as () => Promise<void>).call(value);
  throw new Error('EIO');
}

async function* other(size: number): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(size));
}
