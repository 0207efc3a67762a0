import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PeerRefusal, RuntimeError } from '@mingjing/runtime';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
} from '../../support/central-process.ts';
import { JournalBuilder, objectPath } from '../../support/recording-builder.ts';

const KILLS = 8;

/** What the archive has said yes to. */
interface Acknowledged {
  size: number;
  readonly objects: Set<string>;
  receipted: number;
}

describe('an archive that is killed while it takes footage in', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let dock: string;
  let journal: JournalBuilder;
  before(async () => {
    agency = await makeTestAgency();
    dock = await agency.enrol('dock', 'dock-1');
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1', { mayUnseal: true }));
    journal = new JournalBuilder(await agency.enrol('camera', 'cam-1', { epoch: 1 }), agency.recipients);
    journal.powerOn();
    for (let n = 0; n < 30; n += 1)
      journal.recordBytes(Array.from({ length: 4 }, () => randomBytes(200_000 + randomInt(400_000))));
  });
  after(() => {
    place.remove();
    agency.close();
  });

  /** Sends pages and objects like a dock with several lines, until the archive falls silent or has it all. */
  async function send(client: IngestClient, said: Acknowledged): Promise<'done' | 'cut'> {
    try {
      let state = await client.state('cam-1', 1);
      assert.ok(state.size >= said.size, `${said.size} entries acknowledged, ${state.size} held`);
      assert.ok(state.receipted >= said.receipted);
      for (;;) {
        for (const { object } of state.missing)
          assert.ok(!said.objects.has(object), `${object} was acknowledged`);
        if (state.missing.length === 0 && state.size === journal.size) break;
        const next = Math.min(journal.size, state.size + 16);
        if (state.size < next) said.size = (await client.post('cam-1', journal.page(state.size, next))).size;
        const wanted = (await client.state('cam-1', 1)).missing;
        for (let from = 0; from < wanted.length; from += 4) {
          const outcomes = await Promise.allSettled(
            wanted.slice(from, from + 4).map(async ({ object }) => {
              await client.put(object, journal.objects.get(object) ?? new Uint8Array());
              said.objects.add(object);
            }),
          );
          for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
        }
        await client.receipt('cam-1', 1).catch((error: unknown) => {
          if (!(error instanceof PeerRefusal && error.refusal === 'not-found')) throw error;
        });
        state = await client.state('cam-1', 1);
        said.receipted = state.receipted;
      }
      return 'done';
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'peer-unreachable') return 'cut';
      throw error;
    }
  }

  it(`loses nothing it acknowledged, ${KILLS} times over, and ends complete`, async function () {
    this.timeout(120_000);
    const said: Acknowledged = { size: 0, objects: new Set(), receipted: 0 };
    let cuts = 0;
    for (let round = 0; ; round += 1) {
      assert.ok(round < 60, 'it comes to an end');
      const archive = await startArchive(place);
      const client = new IngestClient(archive.ingest, dock, 'dock');
      const sending = send(client, said);
      if (cuts < KILLS) {
        await new Promise((resolve) => setTimeout(resolve, 20 + randomInt(120)));
        await archive.kill();
        cuts += 1;
      }
      const outcome = await sending;
      client.close();
      if (cuts >= KILLS && outcome === 'done') {
        assert.equal(await archive.stop(), 0);
        break;
      }
      if (cuts >= KILLS) await archive.stop();
    }
    assert.equal(said.receipted, journal.size);
    await assertWhole();
  });

  async function assertWhole(): Promise<void> {
    const catalogue = new SqliteCatalogue(join(place.state, 'catalogue.sqlite'));
    const held = (await catalogue.entries(journal.name, 0, 10_000)).map((bytes) => Uint8Array.from(bytes));
    assert.deepEqual(held, journal.entries);
    for (const object of journal.objects.keys()) {
      const kept = readFileSync(objectPath(place.objects, object));
      assert.equal(createHash('sha256').update(kept).digest('hex'), object);
      assert.equal(await catalogue.objectSize(object), statSync(objectPath(place.objects, object)).size);
    }
    catalogue.close();
  }
});
