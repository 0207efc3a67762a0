import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  cameraOrigin,
  noteSigner,
  parseCheckpointText,
  parseNote,
  signNote,
  toBase64,
  type JournalPage,
} from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { Refused } from '../../../central/core/errors.ts';
import { Ingest } from '../../../central/shell/ingest.ts';
import { AGENCY_FILES, enrolLocally, openAgency, requireMachine } from '../../../provisioning/index.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { JournalBuilder } from '../../support/recording-builder.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const START = Date.UTC(2026, 10, 21, 8);

describe('taking journals in', () => {
  let agency: TestAgency;
  const cameras: Record<string, string> = {};
  before(async () => {
    agency = await makeTestAgency();
    cameras['cam-1'] = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    cameras['cam-2'] = await agency.enrol('camera', 'cam-2', { epoch: 1 });
  });
  after(() => agency.close());

  const camera = (): string => cameras['cam-1'] ?? '';
  function make(): { ingest: Ingest; catalogue: SqliteCatalogue; alarms: string[]; again: () => Ingest } {
    const catalogue = new SqliteCatalogue(join(temporary(), 'catalogue.sqlite'));
    const alarms: string[] = [];
    const again = (): Ingest =>
      new Ingest({
        catalogue,
        agency: agency.agency,
        roots: agency.roots,
        raise: (code) => alarms.push(code),
        recordingsChanged: () => undefined,
      });
    return { ingest: again(), catalogue, alarms, again };
  }

  function journal(recordings = 2): JournalBuilder {
    const built = new JournalBuilder(camera(), agency.recipients, START);
    built.powerOn();
    for (let n = 0; n < recordings; n += 1)
      built.recordBytes([randomBytes(30), randomBytes(40)], { marks: n === 0 ? ['mark'] : [] });
    return built;
  }

  async function refusal(work: Promise<unknown>): Promise<string> {
    try {
      await work;
      return 'taken';
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  }

  async function heldBytes(catalogue: SqliteCatalogue, built: JournalBuilder): Promise<string[]> {
    return (await catalogue.entries(built.name, 0, 10_000)).map((bytes) => toBase64(bytes));
  }

  it('takes any valid journal in any pages, repeated, overlapping and out of turn', async () => {
    const whole = journal(6);
    const moves = fc.array(fc.tuple(fc.nat({ max: whole.size }), fc.nat({ max: 12 })), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(moves, fc.boolean(), async (pages, restarts) => {
        const { ingest: first, catalogue, alarms, again } = make();
        let ingest = first;
        let size = 0;
        for (const [from, length] of pages) {
          const to = Math.min(whole.size, from + length);
          const outcome = await refusal(ingest.takePage('cam-1', whole.page(from, to)));
          assert.equal(outcome, from > size ? 'journal-gap' : 'taken');
          if (outcome === 'taken') size = Math.max(size, to);
          if (restarts) ingest = again();
          assert.equal((await ingest.state(whole.name)).size, size);
        }
        for (; size < whole.size; size = Math.min(whole.size, size + 7))
          await ingest.takePage('cam-1', whole.page(size, Math.min(whole.size, size + 7)));
        assert.deepEqual(await heldBytes(catalogue, whole), whole.entries.map(toBase64));
        assert.deepEqual(alarms, []);
        assert.equal((await catalogue.recordings({ limit: 99 })).length, 6);
        catalogue.close();
      }),
      { numRuns: 40 },
    );
  });

  it('takes pages that come at once as if they came one by one', async () => {
    const { ingest, catalogue } = make();
    const whole = journal(4);
    const pages = Array.from({ length: whole.size }, (_, n) => whole.page(0, n + 1));
    await Promise.all(pages.map((page) => ingest.takePage('cam-1', page)));
    assert.deepEqual(await heldBytes(catalogue, whole), whole.entries.map(toBase64));
  });

  it('finds a camera that leads its history elsewhere, keeps the proof, and keeps what it held', async () => {
    const whole = journal(3);
    const points = fc.record({
      at: fc.integer({ min: 1, max: whole.size - 1 }),
      more: fc.nat({ max: 3 }),
      pageSize: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(points, async ({ at, more, pageSize }) => {
        const { ingest, catalogue, alarms } = make();
        await ingest.takePage('cam-1', whole.page(0));
        const other = JournalBuilder.fork(camera(), agency.recipients, whole, at);
        other.powerOn('after-power-loss');
        for (let n = 0; n < more; n += 1) other.recordBytes([randomBytes(9)]);
        const outcomes: string[] = [];
        for (let from = 0; from < other.size; from += pageSize)
          outcomes.push(
            await refusal(ingest.takePage('cam-1', other.page(from, Math.min(other.size, from + pageSize)))),
          );
        assert.ok(outcomes.includes('journal-forked'), outcomes.join());
        assert.ok(outcomes.slice(0, Math.floor(at / pageSize)).every((outcome) => outcome === 'taken'));
        assert.ok(alarms.includes('journal-forked'));
        assert.deepEqual(await heldBytes(catalogue, whole), whole.entries.map(toBase64));
        const [proof] = (await catalogue.forks(whole.name)).filter(({ kind }) => kind === 'contradiction');
        assert.ok(proof, 'the proof is kept');
        const kept = JSON.parse(Buffer.from(proof.page).toString()) as JournalPage;
        assert.equal(parseCheckpointText(parseNote(kept.checkpoint).text).origin, cameraOrigin(whole.name));
        catalogue.close();
      }),
      { numRuns: 25 },
    );
  });

  it('finds a camera that was set back and has grown past what is held, once it is sent from 0', async () => {
    const { ingest, catalogue, alarms } = make();
    const whole = journal(2);
    await ingest.takePage('cam-1', whole.page(0));
    const restored = JournalBuilder.fork(camera(), agency.recipients, whole, 4);
    restored.powerOn('after-power-loss');
    while (restored.size < whole.size + 6) restored.recordBytes([randomBytes(9)]);
    for (let n = 0; n < 3; n += 1)
      assert.equal(await refusal(ingest.takePage('cam-1', restored.page(whole.size))), 'bad-journal');
    assert.deepEqual(alarms, ['journal-unreconciled'], 'one alarm for one proof');
    const outcomes: string[] = [];
    for (let from = 0; from < restored.size && outcomes.at(-1) !== 'journal-forked'; from += 3)
      outcomes.push(
        await refusal(ingest.takePage('cam-1', restored.page(from, Math.min(restored.size, from + 3)))),
      );
    assert.deepEqual(outcomes, ['taken', 'journal-forked'], 'at the page that leads elsewhere');
    assert.deepEqual(alarms, ['journal-unreconciled', 'journal-forked']);
    assert.deepEqual(await heldBytes(catalogue, whole), whole.entries.map(toBase64), 'what was held is kept');
    const forks = await catalogue.forks(whole.name);
    const proof = forks.find(({ kind }) => kind === 'contradiction');
    const kept = JSON.parse(Buffer.from(proof?.page ?? []).toString()) as JournalPage;
    assert.deepEqual(
      kept.entries,
      restored.entries.slice(3, 6).map(toBase64),
      'and so is what contradicts it',
    );
  });

  it('takes an older state of the same history for what it is: nothing new', async () => {
    const { ingest, alarms } = make();
    const whole = journal();
    await ingest.takePage('cam-1', whole.page(0));
    for (let size = 0; size <= whole.size; size += 1)
      assert.equal((await ingest.takePage('cam-1', whole.page(size, size))).size, whole.size);
    assert.deepEqual(alarms, []);
  });

  it('raises one alarm for one proof, however often it is sent', async () => {
    const { ingest, alarms } = make();
    const whole = journal();
    await ingest.takePage('cam-1', whole.page(0));
    const other = JournalBuilder.fork(camera(), agency.recipients, whole, 3);
    other.powerOn();
    for (let n = 0; n < 5; n += 1)
      assert.equal(await refusal(ingest.takePage('cam-1', other.page(0))), 'journal-forked');
    assert.equal(alarms.filter((code) => code === 'journal-forked').length, 1);
  });

  it('refuses whatever the camera did not sign, and keeps nothing of it', async () => {
    const whole = journal();
    const stranger = await makeTestAgency();
    const strange = new JournalBuilder(
      await stranger.enrol('camera', 'cam-1', { epoch: 1 }),
      agency.recipients,
    );
    strange.powerOn();
    const second = new JournalBuilder(cameras['cam-2'] ?? '', agency.recipients);
    second.powerOn();
    const page = whole.page(0);
    // A key of the agency's signs under this camera's name, over this camera's history.
    const forge = (directory: string): JournalPage => {
      const { signer, chain } = loadEvidenceIdentity(directory, 'camera');
      const { text } = parseNote(page.checkpoint);
      return {
        ...page,
        evidence: [...chain],
        checkpoint: signNote(text, noteSigner(cameraOrigin(whole.name), signer)),
      };
    };
    const [first = '', ...rest] = page.entries;
    const bent = toBase64(Buffer.from(first, 'base64').fill('x', 3, 4));
    const wrong: Record<string, JournalPage> = {
      'another agency': strange.page(0),
      'another camera': second.page(0),
      'another camera under this one’s name': forge(cameras['cam-2'] ?? ''),
      'its own key of another epoch': forge(await agency.enrol('camera', 'cam-1', { epoch: 2 })),
      'another camera’s checkpoint': { ...page, checkpoint: second.checkpoint() },
      'no certificate': {
        ...page,
        evidence: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
      },
      'another epoch': { ...page, epoch: 2 },
      'an altered entry': { ...page, entries: [bent, ...rest] },
      'a missing entry': { ...page, entries: rest },
      'swapped entries': { ...page, entries: [rest[0] ?? '', first, ...rest.slice(1)] },
      'base64 that is none': { ...page, entries: ['*', ...rest] },
      'a cut note': { ...page, checkpoint: page.checkpoint.slice(0, -1) },
      'another size': { ...page, checkpoint: page.checkpoint.replace(/\n[0-9]+\n/, '\n3\n') },
    };
    for (const [what, sent] of Object.entries(wrong)) {
      const { ingest, catalogue } = make();
      assert.equal(await refusal(ingest.takePage('cam-1', sent)), 'bad-journal', what);
      assert.equal(
        (await catalogue.journal(sent === wrong['another epoch'] ? whole.name : whole.name))?.size,
        undefined,
      );
    }
    stranger.close();
  });

  it('keeps what the camera signed though it makes no sense, and flags it', async () => {
    const { ingest, catalogue, alarms } = make();
    const whole = journal(1);
    const { recording } = whole.open();
    whole.addBytes(Buffer.from('this is no JSON'));
    whole.addBytes(Buffer.from('{"type":"from-the-future","at":"x"}'));
    whole.add({ type: 'marked', recording: 'f'.repeat(32), kind: 'mark' });
    whole.add({
      type: 'recording-closed',
      recording,
      reason: 'stopped',
      segments: 7,
      marks: 0,
      end: new Date(START).toISOString(),
    });
    assert.equal((await ingest.takePage('cam-1', whole.page(0))).size, whole.size);
    assert.deepEqual(await heldBytes(catalogue, whole), whole.entries.map(toBase64));
    const faults = (await catalogue.faults(whole.name)).map(({ fault }) => fault);
    assert.deepEqual(faults, ['entry-malformed', 'not-understood', 'recording-unknown', 'counts-differ']);
    assert.equal(alarms.filter((code) => code === 'journal-fault').length, 3, 'the future is no fault');
  });

  it('takes one key for one epoch', async () => {
    const { ingest, alarms } = make();
    const whole = journal(1);
    await ingest.takePage('cam-1', whole.page(0));
    const again = JournalBuilder.fork(await reenrol(agency), agency.recipients, whole, whole.size);
    again.recordBytes([randomBytes(9)]);
    assert.equal(await refusal(ingest.takePage('cam-1', again.page(whole.size))), 'journal-forked');
    assert.deepEqual(alarms, ['journal-forked']);
  });
});

/** An agency that lost its ledger certifies a second key under the same name and epoch. */
async function reenrol(agency: TestAgency): Promise<string> {
  writeFileSync(join(agency.dir, 'agency', AGENCY_FILES.ledger), '');
  const out = join(agency.dir, 'again');
  await enrolLocally(openAgency(join(agency.dir, 'agency')), requireMachine('camera', 'cam-1', 1), out, {});
  return out;
}
