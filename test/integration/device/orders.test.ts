import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  decodeEntry,
  encodeMessage,
  signCommand,
  toUtf8,
  type CameraCommand,
  type EntryBody,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import type { Journal } from '../../../device/ports/journal.ts';
import { Orders } from '../../../device/shell/orders.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { quiet } from '../../support/device-capture.ts';
import { openJournal } from '../../support/device-journal.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('orders to a camera whose card an attacker had', function () {
  this.timeout(30_000);
  const directory = temporaryDirectories();
  let agency: TestAgency;
  let camera: string;
  let archive: EvidenceIdentity;
  let clock: ScriptedClock;
  let journal: Journal;
  let kept: Uint8Array | undefined;
  let isBroken: boolean;
  let done: string[];
  let alarms: string[];
  let told: number;

  before(async () => {
    agency = await makeTestAgency();
    archive = loadEvidenceIdentity(await agency.enrol('archive', 'archive-1'), 'archive');
    camera = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });
  after(() => agency.close());

  beforeEach(() => {
    clock = new ScriptedClock();
    journal = openJournal(join(directory(), 'journal.db'), camera, clock);
    [kept, isBroken, done, alarms, told] = [undefined, false, [], [], 0];
  });

  /** As after each start. */
  function begin(): Orders {
    const append = (body: EntryBody): number => {
      if (isBroken) throw new Error('the storage takes no entries');
      if (body.type === 'ordered') done.push(`journaled ${body.outcome}`);
      return journal.append(body);
    };
    const entries = journal.entries.bind(journal);
    return new Orders({
      ports: {
        ...{ clock, log: quiet },
        journal: { name: journal.name, first: journal.first, size: journal.size, entries, append },
        memory: { recall: () => kept, keep: (_what, bytes) => void (kept = bytes) },
      },
      ...{ agency: agency.agency, roots: agency.roots },
      hands: {
        order: (kind) => {
          done.push(kind);
          return Promise.resolve({ code: 'recording-started' });
        },
        applyPolicy: () => Promise.resolve({ code: 'policy-applied' }),
      },
      alarms: { raise: (code, _severity, detail) => void alarms.push(`${code}: ${detail ?? ''}`) },
      locate: () => void done.push('locate'),
      changed: () => void (told += 1),
    });
  }

  function order(sequence: number, kind: CameraCommand['kind'] = 'start'): Uint8Array {
    const { at } = clock.now();
    const expires = new Date(Date.parse(at) + 300_000).toISOString();
    const id = 'ab'.repeat(16);
    const command = { id, camera: 'cam-1', kind, sequence, issued: at, expires };
    return encodeMessage('command', {
      note: signCommand('archive-1', command, archive.signer),
      evidence: [...archive.chain],
    });
  }

  async function gave(orders: Orders, payload: Uint8Array): Promise<string[]> {
    const before = told + alarms.length;
    orders.take(payload);
    await until('it was looked at', () => told + alarms.length > before);
    return done.splice(0);
  }

  it('are journaled as taken before anything is done, and with what came of them', async () => {
    const orders = begin();
    assert.deepEqual(await gave(orders, order(1)), [
      'journaled taken',
      'start',
      'journaled recording-started',
    ]);
    const outcomes = journal.entries(0, journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known && read.entry.type === 'ordered' ? [read.entry.outcome] : [];
    });
    assert.deepEqual(outcomes, ['taken', 'recording-started']);
  });

  it('are refused while the journal takes none, and the archive is told', async () => {
    const orders = begin();
    isBroken = true;
    assert.deepEqual(await gave(orders, order(1, 'locate')), []);
    assert.equal(orders.last?.outcome, 'storage-failed');
  });

  it('are not taken twice because the memory of them was removed or garbled, which is told', async () => {
    const old = order(3);
    await gave(begin(), old);
    for (const left of [undefined, toUtf8('x'), toUtf8('{"archive-1":0}')]) {
      kept = left;
      const orders = begin();
      assert.deepEqual(await gave(orders, old), []);
      assert.match(alarms.at(-1) ?? '', /its sequence is 3, after 3 was taken/);
    }
    assert.equal(alarms.filter((alarm) => alarm.includes('the memory of orders')).length, 1);
    kept = toUtf8('x');
    assert.deepEqual((await gave(begin(), order(4))).includes('start'), true, 'the next is taken');
  });

  it('are looked at in numbers that the loop can bear', async () => {
    const orders = begin();
    for (let n = 0; n < 200; n += 1) {
      orders.take(toUtf8('no order'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('all are refused', () => alarms.length === 200);
    const looked = (): number => alarms.filter((alarm) => alarm.includes('no signed note')).length;
    assert.equal(looked(), 20);
    clock.passTime(60_000);
    assert.ok((await gave(orders, order(1, 'locate'))).includes('locate'), 'after a while');
  });
});
