import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  archiveKeyName,
  noteVerifier,
  openCheckpoint,
  receiptOrigin,
  type Checkpoint,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import { DirectoryObjects } from '../../../central/adapters/directory-objects/directory-objects.ts';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { Refused } from '../../../central/core/errors.ts';
import type { Catalogue } from '../../../central/ports/catalogue.ts';
import type { ObjectStore } from '../../../central/ports/object-store.ts';
import { Ingest } from '../../../central/shell/ingest.ts';
import { Receipts } from '../../../central/shell/receipts.ts';
import { Uploads } from '../../../central/shell/uploads.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { JournalBuilder, objectPath } from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();

/** What is done to a durable step: it fails and is lost, fails though it was carried out, or is dropped in silence. */
const FAULTS = ['lost', 'persisted', 'dropped'] as const;
type Fault = (typeof FAULTS)[number];
class Cut extends Error {}

/** Counts durable steps and spoils one of them. */
class FaultPlan {
  readonly #at: number;
  readonly #fault: Fault;
  steps = 0;

  constructor(at: number, fault: Fault) {
    this.#at = at;
    this.#fault = fault;
  }

  async step<T>(work: () => Promise<T>, pretended: T): Promise<T> {
    this.steps += 1;
    if (this.steps !== this.#at) return await work();
    if (this.#fault === 'dropped') return pretended;
    if (this.#fault === 'persisted') await work();
    throw new Cut();
  }
}

function faultyStore(store: ObjectStore, plan: FaultPlan): ObjectStore {
  return {
    put: (object, size, bytes) => plan.step(() => store.put(object, size, bytes), 'stored'),
    confirm: (object) => store.confirm(object),
    read: (object, range) => store.read(object, range),
    kept: (object, by) => store.kept(object, by),
    sweep: () => store.sweep(),
  };
}

function faultyCatalogue(catalogue: SqliteCatalogue, plan: FaultPlan): Catalogue {
  return new Proxy(catalogue, {
    get(target, name) {
      switch (name) {
        case 'append':
          return (page: Parameters<Catalogue['append']>[0]) =>
            plan.step(() => target.append(page), 'appended');
        case 'objectStored':
          return (...args: Parameters<Catalogue['objectStored']>) =>
            plan.step(() => target.objectStored(...args), []);
        case 'keepReceipt':
          return (...args: Parameters<Catalogue['keepReceipt']>) =>
            plan.step(() => target.keepReceipt(...args), 'kept');
        default: {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
      }
    },
  });
}

describe('receipts', () => {
  let agency: TestAgency;
  let camera: string;
  let evidence: EvidenceIdentity;
  before(async () => {
    agency = await makeTestAgency();
    camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    evidence = loadEvidenceIdentity(await agency.enrol('archive', 'archive-1'), 'archive');
  });
  after(() => agency.close());

  function build(): JournalBuilder {
    const journal = new JournalBuilder(camera, agency.recipients);
    journal.powerOn();
    journal.recordBytes([randomBytes(30), randomBytes(40)]);
    journal.recordBytes([randomBytes(50)]);
    return journal;
  }

  function archive(directory: string, plan = new FaultPlan(0, 'lost')) {
    const sqlite = new SqliteCatalogue(join(directory, 'catalogue.sqlite'));
    const catalogue = faultyCatalogue(sqlite, plan);
    const objects = faultyStore(new DirectoryObjects(directory), plan);
    const alarms: string[] = [];
    const raise = (code: string): void => void alarms.push(code);
    const recordingsChanged = (): void => undefined;
    const options = { catalogue, objects, raise, recordingsChanged };
    return {
      catalogue,
      alarms,
      ingest: new Ingest({ ...options, agency: agency.agency, roots: agency.roots }),
      uploads: new Uploads(options),
      receipts: new Receipts({ ...options, evidence }),
      close: () => {
        sqlite.close();
      },
    };
  }
  type Archive = ReturnType<typeof archive>;

  const put = ({ uploads }: Archive, journal: JournalBuilder, object: string): Promise<unknown> => {
    const bytes = journal.objects.get(object) ?? new Uint8Array();
    const stream = (async function* () {
      yield await Promise.resolve(bytes);
    })();
    return uploads.put({
      object,
      device: undefined,
      by: 'dock-1',
      from: 0,
      cut: () => undefined,
      length: bytes.length,
      contentDigest: undefined,
      bytes: stream,
    });
  };

  /** A dock's whole visit: a page, its objects, a receipt; and again. Gives the receipts it was handed. */
  async function visit(at: Archive, journal: JournalBuilder, handed: string[]): Promise<void> {
    for (const to of [4, journal.size]) {
      const { size } = await at.ingest.state(journal.name);
      if (size < to) await at.ingest.takePage('cam-1', journal.page(size, to));
      for (const { object } of (await at.ingest.state(journal.name)).missing) await put(at, journal, object);
      handed.push((await at.receipts.deliver(journal.name)).receipt);
    }
  }

  function open(note: string): Checkpoint {
    const verifier = noteVerifier(archiveKeyName('archive-1'), evidence.certificate.publicKey);
    return openCheckpoint(note, receiptOrigin('archive-1', { device: 'cam-1', epoch: 1 }), [verifier]);
  }

  /** What a receipt says must be true on the disk itself. */
  function assertTrue(note: string, journal: JournalBuilder, directory: string): void {
    const { size } = open(note);
    for (const bytes of journal.entries.slice(0, size)) {
      const entry = JSON.parse(Buffer.from(bytes).toString()) as {
        object?: string;
        key?: { object: string };
      };
      const object = entry.object ?? entry.key?.object;
      if (object === undefined) continue;
      const kept = readFileSync(objectPath(directory, object));
      assert.equal(createHash('sha256').update(kept).digest('hex'), object);
    }
  }

  it('are given for the whole journal when all of it is here', async () => {
    const directory = temporary();
    const journal = build();
    const at = archive(directory);
    const handed: string[] = [];
    await visit(at, journal, handed);
    assert.deepEqual(
      handed.map((note) => open(note).size),
      [4, journal.size],
    );
    for (const note of handed) assertTrue(note, journal, directory);
    at.close();
  });

  it('are never early, whichever durable step fails, is lost, or is only pretended', async () => {
    const journal = build();
    const dry = new FaultPlan(0, 'lost');
    const whole = archive(temporary(), dry);
    await visit(whole, journal, []);
    whole.close();
    assert.ok(dry.steps >= 12, `${dry.steps} durable steps`);
    for (let step = 1; step <= dry.steps; step += 1) {
      for (const fault of FAULTS) {
        const directory = temporary();
        const handed: string[] = [];
        const spoilt = archive(directory, new FaultPlan(step, fault));
        await visit(spoilt, journal, handed).catch((error: unknown) => {
          assert.ok(
            error instanceof Cut || error instanceof Refused,
            `step ${step} ${fault}: ${String(error)}`,
          );
        });
        spoilt.close();
        for (const note of handed) assertTrue(note, journal, directory);
        const healthy = archive(directory);
        const { receipt } = (await healthy.catalogue.journal(journal.name)) ?? {};
        if (receipt !== undefined) assertTrue(receipt, journal, directory);
        await visit(healthy, journal, handed);
        assert.equal(
          open(handed.at(-1) ?? '').size,
          journal.size,
          `step ${step} ${fault}: complete in the end`,
        );
        assertConsistent(handed.map(open));
        healthy.close();
      }
    }
  });

  it('are not given over an object that was shortened or has gone, which raises an alarm', async () => {
    const directory = temporary();
    const journal = build();
    const at = archive(directory);
    await at.ingest.takePage('cam-1', journal.page(0, 4));
    await at.ingest.takePage('cam-1', journal.page(4));
    const objects = [...journal.objects.keys()];
    for (const object of objects) await put(at, journal, object);
    const last = objectPath(directory, objects.at(-1) ?? '');
    const whole = readFileSync(last);
    rmSync(last);
    writeFileSync(last, whole.subarray(1));
    assert.equal(open((await at.receipts.deliver(journal.name)).receipt).size, 4);
    rmSync(last);
    assert.deepEqual(at.alarms, ['object-gone']);
    assert.deepEqual(
      (await at.ingest.state(journal.name)).missing.map(({ object }) => object),
      [objects.at(-1)],
    );
    assert.equal(open((await at.receipts.deliver(journal.name)).receipt).size, 4);
    await put(at, journal, objects.at(-1) ?? '');
    assert.equal(open((await at.receipts.deliver(journal.name)).receipt).size, journal.size);
    at.close();
  });

  it('find an object again that came in whole though nobody noted it', async () => {
    const directory = temporary();
    const journal = build();
    const store = new DirectoryObjects(directory);
    for (const [object, bytes] of journal.objects)
      await store.put(
        object,
        bytes.length,
        (async function* () {
          yield await Promise.resolve(bytes);
        })(),
      );
    const at = archive(directory);
    await at.ingest.takePage('cam-1', journal.page(0));
    assert.equal(open((await at.receipts.deliver(journal.name)).receipt).size, journal.size);
    at.close();
  });

  it('pass over an object only once the journal declares it lost', async () => {
    const directory = temporary();
    const journal = build();
    const at = archive(directory);
    const [, lost = ''] = journal.objects.keys();
    await at.ingest.takePage('cam-1', journal.page(0));
    for (const object of journal.objects.keys()) if (object !== lost) await put(at, journal, object);
    await assert.rejects(
      at.receipts.deliver(journal.name),
      (error) => error instanceof Refused && error.code === 'not-found',
    );
    journal.add({ type: 'object-lost', object: lost, reason: 'storage-fault' });
    await at.ingest.takePage('cam-1', journal.page(journal.size - 1));
    assert.equal(open((await at.receipts.deliver(journal.name)).receipt).size, journal.size);
    at.close();
  });

  it('never contradict one another, even when asked for at once', async () => {
    const directory = temporary();
    const journal = build();
    const at = archive(directory);
    const handed: string[] = [];
    const ask = async (): Promise<void> => {
      for (let n = 0; n < 5; n += 1)
        await at.receipts.deliver(journal.name).then(
          ({ receipt }) => handed.push(receipt),
          () => undefined,
        );
    };
    await Promise.all([visit(at, journal, handed), ask(), ask(), ask()]);
    assertConsistent(handed.map(open));
    at.close();
  });
});

function assertConsistent(receipts: readonly Checkpoint[]): void {
  const roots = new Map<number, string>();
  for (const { size, root } of receipts) {
    const hex = Buffer.from(root).toString('hex');
    assert.equal(roots.get(size) ?? hex, hex);
    roots.set(size, hex);
  }
}
