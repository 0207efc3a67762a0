import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { decodeEntry, openAssignment, signRoster } from '@mingjing/protocol';
import { createLog, loadEvidenceIdentity, loadTlsIdentity, openDatabase } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { buildDesk, type Desk } from '../../../dock-agent/build-desk.ts';
import type { DockConfig } from '../../../dock-agent/config.ts';
import { careFor } from '../../../dock-agent/shell/care.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';

const quiet = createLog('test', { level: 'silent' });
const LI = { number: '031337', name: '李明', certificate: 'ZF-7', validUntil: '2099-12-31' };
const PIN = '258014';

describe('an officer at the desk with a real camera', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let dock: string;
  let archive: string;
  let directory: string;
  let rig: CameraRig;
  let messages: NotedMessages;
  let built: Desk;
  let ending: AbortController;
  let caring: Promise<void>;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    dock = await agency.enrol('dock', 'dock-1');
    archive = await agency.enrol('archive', 'arc');
  });
  after(() => agency.close());

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-desk-'));
    const roster = join(directory, 'roster.json');
    writeFileSync(
      roster,
      JSON.stringify(signRoster('arc', 1, [LI], loadEvidenceIdentity(archive, 'archive'))),
    );
    rig = await CameraRig.start({ identity, directory: join(directory, 'camera') });
    await rig.camera.assignOfficer(undefined);
    await rig.camera.dock(true);
    messages = new NotedMessages();
    const found = buildDesk(
      {
        identityDirectory: dock,
        stateDirectory: directory,
        desk: { roster, minFreeBytes: 1 },
      } as DockConfig,
      {
        openCamera,
        messages,
        trust: { agency: agency.agency, roots: agency.roots },
        clock: systemClock,
        log: quiet,
      },
    );
    assert.ok(found !== undefined);
    built = found;
    ending = new AbortController();
    built.messages.showBay(1, 'ready', 'cam-1');
    const camera = openCamera();
    caring = careFor(
      { bay: 1, device: 'cam-1', camera, signal: ending.signal },
      {
        messages,
        policies: undefined,
        onCondition: (told) => built.learn(told),
        clock: systemClock,
        log: quiet,
      },
    ).finally(() => camera.close());
    await eventually(
      () => messages.facts.length > 0,
      () => 'nothing was told',
    );
  });

  afterEach(async () => {
    ending.abort();
    await caring;
    await built.stop();
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function openCamera(): HttpsCamera {
    return new HttpsCamera(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'));
  }

  async function signIn(): Promise<string> {
    const entered = await built.desk.setPin(LI.number, PIN);
    assert.ok(entered.ok);
    return entered.session;
  }

  function told(): string[] {
    return rig.journal.entries(0, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      if (!read.known) return [];
      const { entry } = read;
      if (entry.type === 'officer-assigned' || entry.type === 'officer-returned')
        return [`${entry.officer} ${entry.type} ${entry.dock ?? 'by nobody'}`];
      return entry.type === 'recording-opened' ? [`opened by ${entry.officer ?? 'nobody'}`] : [];
    });
  }

  it('takes it, records with it, brings it back: journal, stamps and ledger say the same', async () => {
    const session = await signIn();
    const [offer] = (await built.desk.offers(session)) as readonly { device: string }[];
    assert.equal(offer?.device, 'cam-1');
    assert.ok((await built.desk.take(session, 'cam-1')).ok);
    await rig.record(3);
    assert.ok((await built.desk.giveBack(session, 'cam-1')).ok);
    assert.deepEqual(told().slice(-3), [
      '031337 officer-assigned dock-1',
      'opened by 031337',
      '031337 officer-returned dock-1',
    ]);
    auditJournal(rig.journal, identity);
    const ledger = openDatabase(join(directory, 'desk.sqlite'), ['', '']);
    const rows = ledger.prepare('SELECT kind, outcome, note, assignment FROM hand_overs').all() as {
      kind: string;
      outcome: string;
      note: string;
      assignment: string;
    }[];
    ledger.close();
    assert.deepEqual(
      rows.map(({ kind, outcome }) => `${kind} ${outcome}`),
      ['taken done', 'returned done'],
    );
    const { chain } = loadEvidenceIdentity(dock, 'dock');
    for (const { note, assignment } of rows) {
      const trust = { agency: agency.agency, roots: agency.roots, at: new Date().toISOString() };
      assert.equal(openAssignment({ note, evidence: [...chain] }, trust).hash, assignment);
    }
  });

  it('pulls it out in the middle of a hand-over: nobody has it that the journal does not name', async () => {
    const session = await signIn();
    const taking = built.desk.take(session, 'cam-1');
    await rig.camera.dock(false);
    const taken = await taking;
    const isNamed = told().some((entry) => entry.startsWith('031337 officer-assigned'));
    if (taken.ok) assert.ok(isNamed);
    await rig.camera.dock(true);
    const camera = openCamera();
    const condition = await camera.condition('cam-1', new AbortController().signal);
    camera.close();
    built.learn({ bay: 1, device: 'cam-1', condition, asked: systemClock.now() });
    const { holds } = (await built.desk.signIn(LI.number, PIN)) as { holds: readonly string[] };
    assert.deepEqual(holds, isNamed ? ['cam-1'] : []);
    assert.equal(condition.officer?.number, isNamed ? LI.number : undefined);
  });
});
