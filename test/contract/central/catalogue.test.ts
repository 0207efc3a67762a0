import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { SqliteCustody } from '../../../central/adapters/sqlite-custody.ts';
import { DERIVATION, deriveFacts, type Fact } from '../../../central/core/facts.ts';
import type { Catalogue, JournalAppend } from '../../../central/ports/catalogue.ts';
import type { CustodyStore } from '../../../central/ports/custody-store.ts';
import { readModel } from '../../../central/shell/review.ts';
import { Frontier } from '../../../protocol/merkle/frontier.ts';
import { JournalReplay } from '../../../protocol/journal/replay.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { JournalBuilder } from '../../support/recording-builder.ts';
import { openDatabase } from '../../../runtime/database.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const START = Date.UTC(2026, 10, 21, 8);
const at = '2026-11-21T08:00:00.000Z';

describe('the catalogue', () => {
  let agency: TestAgency;
  let camera: string;
  before(async () => {
    agency = await makeTestAgency();
    camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });
  after(() => agency.close());

  function make(): { catalogue: Catalogue; again: () => Catalogue; journal: JournalBuilder; path: string } {
    const path = join(temporary(), 'catalogue.sqlite');
    const opened: Catalogue[] = [];
    const again = (): Catalogue => {
      opened.splice(0).forEach((one) => one.close());
      opened.push(new SqliteCatalogue(path));
      return opened[0] as Catalogue;
    };
    const journal = new JournalBuilder(camera, agency.recipients, START);
    journal.powerOn();
    return { catalogue: again(), again, journal, path };
  }

  /** The page `[from, to)` as the ingest would append it. */
  function page(journal: JournalBuilder, from: number, to = journal.size, expected = from): JournalAppend {
    const replay = new JournalReplay(journal.name);
    const tree = new Frontier();
    const facts: Fact[] = [];
    for (const [n, bytes] of journal.entries.slice(0, to).entries()) {
      tree.append(bytes);
      const derived = deriveFacts(replay, n, bytes);
      if (n >= from) facts.push(...derived);
    }
    const checkpoint = { size: to, subtrees: tree.subtrees, root: tree.root(), note: journal.checkpoint(to) };
    const entries = journal.entries.slice(from, to);
    return { name: journal.name, expected, evidence: journal.evidence, entries, checkpoint, facts };
  }

  it('keeps exact bytes, tree and certificate of a journal over a restart', async () => {
    const { catalogue, again, journal } = make();
    journal.recordBytes([randomBytes(50), randomBytes(60)]);
    assert.equal(await catalogue.append(page(journal, 0, 2)), 'appended');
    assert.equal(await catalogue.append(page(journal, 2)), 'appended');
    const reopened = again();
    assert.deepEqual(
      (await reopened.entries(journal.name, 0, 99)).map((bytes) => Uint8Array.from(bytes)),
      journal.entries,
    );
    const held = await reopened.journal(journal.name);
    assert.equal(held?.size, journal.size);
    assert.deepEqual(held.evidence, journal.evidence);
    assert.deepEqual(new Frontier(held.size, held.subtrees).root(), page(journal, 0).checkpoint.root);
    assert.equal((await reopened.checkpointAtMost(journal.name, 3))?.size, 2);
    assert.equal((await reopened.checkpointAtMost(journal.name, 3))?.note, journal.checkpoint(2));
  });

  it('writes nothing when the journal has grown meanwhile', async () => {
    const { catalogue, journal } = make();
    journal.recordBytes([randomBytes(50)]);
    await catalogue.append(page(journal, 0, 2));
    assert.equal(await catalogue.append(page(journal, 0)), 'conflict');
    assert.equal(await catalogue.append(page(journal, 2, journal.size, 3)), 'conflict');
    assert.equal((await catalogue.journal(journal.name))?.size, 2);
    assert.equal((await catalogue.entries(journal.name, 0, 99)).length, 2);
    assert.deepEqual(
      await catalogue.recordings({ limit: 9 }).then((rows) => rows.map((row) => row.segments)),
      [0],
    );
  });

  it('writes nothing when one part of a page cannot be written', async () => {
    const { catalogue, journal } = make();
    const broken = page(journal, 0);
    const twice: Fact = { fact: 'opened', entry: 0, recording: 'r', mode: 'video', start: at };
    await assert.rejects(catalogue.append({ ...broken, facts: [...broken.facts, twice, twice] }));
    assert.equal(await catalogue.journal(journal.name), undefined);
    assert.equal(await catalogue.append(broken), 'appended');
  });

  it('adds a checkpoint of the same history, and keeps the first note of a size', async () => {
    const { catalogue, journal } = make();
    journal.recordBytes([randomBytes(50)]);
    await catalogue.append(page(journal, 0));
    const { size } = (await catalogue.journal(journal.name)) ?? { size: 0 };
    const older = page(journal, 2, 2, size);
    assert.equal(await catalogue.append(older), 'appended');
    await catalogue.append({ ...older, checkpoint: { ...older.checkpoint, note: 'another' } });
    assert.equal((await catalogue.checkpointAtMost(journal.name, 2))?.note, journal.checkpoint(2));
    assert.equal((await catalogue.journal(journal.name))?.size, size);
  });

  it('wants keys first, then marked recordings, then the oldest', async () => {
    const { catalogue, journal } = make();
    const plain = journal.recordBytes([randomBytes(10), randomBytes(10)]);
    const marked = journal.recordBytes([randomBytes(10)], { marks: ['mark'] });
    await catalogue.append(page(journal, 0));
    const wanted = async (): Promise<string[]> =>
      (await catalogue.missing(journal.name, 99)).map(({ object }) => object);
    const [plainKey, ...plainSegments] = plain.objects;
    const [markedKey, ...markedSegments] = marked.objects;
    assert.deepEqual(await wanted(), [plainKey, markedKey, ...markedSegments, ...plainSegments]);
    assert.equal((await catalogue.missing(journal.name, 2)).length, 2);
  });

  it('knows what is here by name and size, whichever came first', async () => {
    const { catalogue, journal } = make();
    const { objects, recording } = journal.recordBytes([randomBytes(10)]);
    const [key = '', segment = ''] = objects;
    const sizes = (name: string): number => journal.objects.get(name)?.length ?? 0;
    await catalogue.objectStored(key, sizes(key), at);
    await catalogue.append(page(journal, 0));
    assert.deepEqual(
      (await catalogue.missing(journal.name, 9)).map(({ object }) => object),
      [segment],
    );
    assert.equal(await catalogue.firstMissing(journal.name), 2);
    await catalogue.objectStored(segment, sizes(segment) + 1, at);
    assert.equal(await catalogue.firstMissing(journal.name), 2, 'another size is another claim');
    await catalogue.objectGone(segment);
    const told = await catalogue.objectStored(segment, sizes(segment), at);
    assert.deepEqual(told, [{ name: journal.name, recording }]);
    assert.equal(await catalogue.firstMissing(journal.name), undefined);
    assert.equal((await catalogue.recording(journal.name, recording))?.segmentsHere, 1);
    await catalogue.objectGone(segment);
    assert.equal(await catalogue.firstMissing(journal.name), 2);
    assert.equal(await catalogue.objectSize(segment), undefined);
  });

  it('does not want what the camera declares lost, and knows from where to where', async () => {
    const { catalogue, journal } = make();
    const { objects } = journal.recordBytes([randomBytes(10)]);
    journal.add({ type: 'object-lost', object: objects[1] ?? '', reason: 'storage-fault' });
    await catalogue.append(page(journal, 0));
    assert.deepEqual(
      (await catalogue.missing(journal.name, 9)).map(({ object }) => object),
      [objects[0]],
    );
    assert.deepEqual(await catalogue.lostSpans(journal.name), [{ entry: 2, lost: 4 }]);
  });

  it('says who names an object, of one camera or of any', async () => {
    const { catalogue, journal } = make();
    const { objects } = journal.recordBytes([randomBytes(10)]);
    await catalogue.append(page(journal, 0));
    const [key = ''] = objects;
    assert.deepEqual(await catalogue.namedBy(key), [
      { size: journal.objects.get(key)?.length, name: journal.name },
    ]);
    assert.equal((await catalogue.namedBy(key, 'cam-1')).length, 1);
    assert.equal((await catalogue.namedBy(key, 'cam-2')).length, 0);
  });

  it('keeps one receipt of a size, and only larger ones after it', async () => {
    const { catalogue, journal } = make();
    journal.recordBytes([randomBytes(10)]);
    await catalogue.append(page(journal, 0));
    assert.equal(await catalogue.keepReceipt(journal.name, 2, 'two'), 'kept');
    assert.equal(await catalogue.keepReceipt(journal.name, 2, 'another'), 'conflict');
    assert.equal(await catalogue.keepReceipt(journal.name, 1, 'one'), 'conflict');
    assert.equal(await catalogue.keepReceipt(journal.name, 99, 'beyond'), 'conflict');
    assert.equal(await catalogue.keepReceipt(journal.name, 3, 'three'), 'kept');
    const held = await catalogue.journal(journal.name);
    assert.deepEqual([held?.receipted, held?.receipt], [3, 'three']);
  });

  it('keeps each proof of a fork once, up to the limit', async () => {
    const { catalogue, journal } = make();
    const fork = (page_: string) =>
      ({
        name: journal.name,
        at,
        kind: 'contradiction',
        size: 1,
        note: 'n',
        page: Buffer.from(page_),
      }) as const;
    assert.equal(await catalogue.keepFork(fork('a'), 2), 'kept');
    assert.equal(await catalogue.keepFork(fork('a'), 2), 'known');
    assert.equal(await catalogue.keepFork(fork('b'), 2), 'kept');
    assert.equal(await catalogue.keepFork(fork('c'), 2), 'limit');
    assert.equal((await catalogue.forks(journal.name)).length, 2);
  });

  it('lists recordings newest first, and reads on from any of them', async () => {
    const { catalogue, journal } = make();
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      made.unshift(journal.recordBytes([randomBytes(10)]).recording);
      journal.pass(1000);
    }
    await catalogue.append(page(journal, 0));
    const listed: string[] = [];
    for (let before: { start: string; key: string } | undefined; ;) {
      const rows = await catalogue.recordings({ limit: 3, ...(before === undefined ? {} : { before }) });
      listed.push(...rows.map(({ recording }) => recording));
      const last = rows.at(-1);
      if (last === undefined) break;
      before = { start: last.start, key: last.recording };
    }
    assert.deepEqual(listed, made);
  });

  it('reads a recording from its own entries as the whole journal tells it', async () => {
    const { catalogue, journal } = make();
    const one = journal.open('007');
    const other = journal.recordBytes([randomBytes(10)], { marks: ['key'] });
    one.seal(randomBytes(20), 1000);
    one.close('stopped', 0);
    await catalogue.append(page(journal, 0));
    const replay = new JournalReplay(journal.name);
    for (const [n, bytes] of journal.entries.entries()) deriveFacts(replay, n, bytes);
    for (const recording of [one.recording, other.recording])
      assert.deepEqual(
        await readModel(catalogue, { name: journal.name, recording }),
        replay.recordings.get(recording),
      );
  });

  it('can derive all that follows from the entries again', async () => {
    const { catalogue, journal } = make();
    const { objects } = journal.recordBytes([randomBytes(10), randomBytes(20)], { marks: ['mark'] });
    journal.addBytes(Buffer.from('not an entry'));
    const [key = ''] = objects;
    await catalogue.append(page(journal, 0));
    await catalogue.objectStored(key, journal.objects.get(key)?.length ?? 0, at);
    const picture = async () => ({
      recordings: await catalogue.recordings({ limit: 9 }),
      missing: await catalogue.missing(journal.name, 99),
      faults: await catalogue.faults(journal.name),
    });
    const before = await picture();
    assert.deepEqual(before.faults, [{ entry: journal.size - 1, fault: 'entry-malformed' }]);
    await catalogue.rebuild(journal.name, page(journal, 0).facts);
    assert.deepEqual(await picture(), before);
  });

  it('knows what a recording is, and what belongs to it', async () => {
    const { catalogue, journal } = make();
    const film = journal.recordBytes([randomBytes(10)]);
    const photo = journal.recordBytes([randomBytes(10)], { mode: 'photo', during: film.recording });
    journal.pass(1000);
    const next = journal.recordBytes([randomBytes(10)], { mode: 'audio', continues: film.recording });
    await catalogue.append(page(journal, 0));
    const belonging = await catalogue.belonging(journal.name, film.recording);
    assert.deepEqual(
      belonging.map(({ recording, mode, during, continues }) => [recording, mode, during, continues]),
      [
        [photo.recording, 'photo', film.recording, undefined],
        [next.recording, 'audio', undefined, film.recording],
      ],
    );
    const only = await catalogue.recordings({ limit: 9, mode: 'photo' });
    assert.deepEqual(
      only.map(({ recording }) => recording),
      [photo.recording],
    );
    assert.deepEqual(await catalogue.belonging(journal.name, next.recording), []);
  });

  it('of an earlier version says by which rules it was derived, and loses nothing', async () => {
    const { catalogue, again, journal, path } = make();
    assert.equal(await catalogue.derivation(), 1);
    await catalogue.append(page(journal, 0));
    catalogue.close();
    const database = openDatabase(path, ['', '']);
    database.exec(
      `DROP TABLE derivation; DROP INDEX recordings_during; DROP INDEX recordings_continues;
       ALTER TABLE recordings DROP COLUMN mode; ALTER TABLE recordings DROP COLUMN during;
       ALTER TABLE recordings DROP COLUMN continues; PRAGMA user_version = 1`,
    );
    database.close();
    const later = again();
    assert.equal(await later.derivation(), 1);
    assert.equal((await later.journal(journal.name))?.size, journal.size);
    await later.derivedBy(DERIVATION);
    assert.equal(await again().derivation(), DERIVATION);
  });

  it('lets nobody change or remove an entry', async () => {
    const { catalogue, journal, path } = make();
    await catalogue.append(page(journal, 0));
    const database = openDatabase(path, ['', '']);
    assert.throws(() => database.exec('DELETE FROM entries'), /entries stay/);
    assert.throws(() => database.exec("UPDATE entries SET bytes = x''"), /entries stay/);
    database.close();
  });
});

describe('the custody store', () => {
  const make = (): { store: CustodyStore; again: () => CustodyStore } => {
    const path = join(temporary(), 'custody.sqlite');
    return { store: new SqliteCustody(path), again: () => new SqliteCustody(path) };
  };
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
  const stateOf = (...texts: string[]) => {
    const tree = new Frontier();
    for (const text of texts) tree.append(bytes(text));
    return { size: tree.size, subtrees: tree.subtrees, note: `note of ${tree.size}` };
  };

  it('is empty at first', async () => {
    assert.deepEqual(await make().store.state(), { size: 0, subtrees: [] });
  });

  it('keeps exact bytes in order, and the newest checkpoint', async () => {
    const { store, again } = make();
    assert.equal(await store.append(0, [bytes('a'), bytes('b')], stateOf('a', 'b')), 'appended');
    assert.equal(await store.append(2, [bytes('c')], stateOf('a', 'b', 'c')), 'appended');
    const other = again();
    assert.deepEqual(
      (await other.entries(0, 9)).map(String),
      ['a', 'b', 'c'].map((text) => String(Buffer.from(text))),
    );
    const state = await other.state();
    assert.equal(state.note, 'note of 3');
    assert.deepEqual(new Frontier(state.size, state.subtrees).size, 3);
  });

  it('gives what it kept at the largest size below another', async () => {
    const { store } = make();
    await store.append(0, [bytes('a'), bytes('b')], stateOf('a', 'b'));
    await store.append(2, [bytes('c'), bytes('d')], stateOf('a', 'b', 'c', 'd'));
    const sizes = await Promise.all(
      [0, 1, 2, 3, 4, 99].map(async (size) => (await store.stateAtMost(size)).size),
    );
    assert.deepEqual(sizes, [0, 0, 2, 2, 4, 4]);
    const { subtrees, note } = await store.stateAtMost(3);
    assert.deepEqual(
      [new Frontier(2, subtrees).root(), note],
      [new Frontier(2, stateOf('a', 'b').subtrees).root(), 'note of 2'],
    );
  });

  it('keeps the newest cosignature of each key, for each size it has signed and no other', async () => {
    const { store, again } = make();
    await store.append(0, [bytes('a')], stateOf('a'));
    const one = { size: 1, name: 'w', keyId: 7, line: '— w AAAA\n', evidence: ['pem', 'issuer'] };
    await store.keepCosignature(one);
    await store.keepCosignature({ ...one, line: '— w BBBB\n' });
    await store.keepCosignature({ ...one, keyId: 0xffff_ffff });
    await assert.rejects(store.keepCosignature({ ...one, size: 2 }), /FOREIGN KEY/);
    assert.deepEqual(await again().cosignatures(1), [
      { ...one, line: '— w BBBB\n' },
      { ...one, keyId: 0xffff_ffff },
    ]);
    assert.deepEqual(await store.cosignatures(2), []);
  });

  it('lets one of two writers that saw the same log win', async () => {
    const { store, again } = make();
    const other = again();
    const outcomes = await Promise.all([
      store.append(0, [bytes('a')], stateOf('a')),
      other.append(0, [bytes('b')], stateOf('b')),
    ]);
    assert.deepEqual(outcomes.toSorted(), ['appended', 'conflict']);
    assert.equal((await store.state()).size, 1);
  });
});
