import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import {
  archiveKeyName,
  CareOutcome,
  cosigner,
  custodyOrigin,
  decodeEntry,
  dockKeyName,
  noteSigner,
  openCustodyCheckpoint,
  sha256,
  signAssignment,
  signCheckpoint,
  signPolicy,
  toBase64,
  toUtf8,
  type ArchiveNote,
  type CameraAssignment,
  type DockNote,
  type Entry,
} from '@mingjing/protocol';
import { HttpsPeer, loadEvidenceIdentity, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';

const never = new AbortController().signal;
const LI = { number: '031337', name: '李明', certificate: 'ZF-7' };
const WANG = { number: '042042', name: '王芳', certificate: 'ZF-8' };

describe('camera in the care of its dock', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let foreign: TestAgency;
  let identity: string;
  let dock: string;
  let other: string;
  let archive: string;
  let directory: string;
  let rig: CameraRig;
  let link: HttpsCamera;
  let assignments = 0;

  before(async () => {
    [agency, foreign] = await Promise.all([makeTestAgency('agency-a'), makeTestAgency('agency-b')]);
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    dock = await agency.enrol('dock', 'dock-1');
    other = await agency.enrol('dock', 'dock-2');
    archive = await agency.enrol('archive', 'archive-1');
  });

  after(() => {
    agency.close();
    foreign.close();
  });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-care-'));
    await start();
  });

  afterEach(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    rig = await CameraRig.start({ identity, directory });
    await rig.camera.dock(true);
    link = new HttpsCamera(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'));
  }

  async function stop(): Promise<void> {
    link.close();
    await rig.close();
  }

  function entries(...types: readonly string[]): Entry[] {
    return rig.journal.entries(rig.journal.first, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known && types.includes(read.entry.type) ? [read.entry] : [];
    });
  }

  function assignment(
    officer: CameraAssignment['officer'],
    { camera = 'cam-1', by = dock, as = 'dock-1' } = {},
  ): { delivery: DockNote; hash: string } {
    const { signer, chain } = loadEvidenceIdentity(by, by === archive ? 'archive' : 'dock');
    assignments += 1;
    const id = assignments.toString(16).padStart(32, '0');
    const issued = new Date().toISOString();
    const { note, hash } = signAssignment(as, { id, camera, issued, officer }, signer);
    return { delivery: { note, evidence: [...chain] }, hash };
  }

  function policy(version: number, extra: object = {}, at = archive, as = 'archive-1'): ArchiveNote {
    const { signer, chain } = loadEvidenceIdentity(at, 'archive');
    return { note: signPolicy(as, { version, ...extra }, signer), evidence: [...chain] };
  }

  it('is handed to an officer and back, journals each with the dock and what it signed, and keeps it over a restart', async () => {
    const given = assignment(LI);
    const outcome = await link.handOver('cam-1', given.delivery, never);
    assert.deepEqual([outcome.ok, outcome.code], [true, 'officer-assigned']);
    assert.match(outcome.message.zh, /领用/);
    assert.equal((await link.handOver('cam-1', given.delivery, never)).code, 'officer-assigned');
    const { officer } = await link.condition('cam-1', never);
    assert.deepEqual(officer, { ...LI, assignment: given.hash });
    await stop();
    await start();
    const told = entries('officer-assigned').filter(({ type }) => type === 'officer-assigned');
    const by = { dock: 'dock-1', assignment: given.hash };
    assert.ok(told.some((entry) => 'assignment' in entry && entry.assignment === by.assignment));
    const back = assignment(null);
    assert.equal((await link.handOver('cam-1', back.delivery, never)).code, 'officer-returned');
    assert.equal((await link.condition('cam-1', never)).officer, undefined);
    const [returned] = entries('officer-returned').slice(-1);
    assert.ok(returned?.type === 'officer-returned');
    assert.deepEqual([returned.dock, returned.assignment], ['dock-1', back.hash]);
    auditJournal(rig.journal, identity);
  });

  it('goes from one officer to the next: the one before is written down as having returned it', async () => {
    await link.handOver('cam-1', assignment(LI).delivery, never);
    await link.handOver('cam-1', assignment(WANG).delivery, never);
    const told = entries('officer-assigned', 'officer-returned').slice(-3);
    assert.deepEqual(
      told.map((entry) => ('officer' in entry ? [entry.type, entry.officer] : [])),
      [
        ['officer-assigned', LI.number],
        ['officer-returned', LI.number],
        ['officer-assigned', WANG.number],
      ],
    );
  });

  it('believes no assignment but that of the dock on its line, for itself', async () => {
    const before = rig.journal.size;
    const refused = { code: 'peer-refused', refusal: 'bad-assignment' };
    const good = assignment(LI).delivery;
    for (const bad of [
      assignment(LI, { camera: 'cam-2' }).delivery,
      assignment(LI, { by: other, as: 'dock-2' }).delivery,
      assignment(LI, { by: archive, as: 'archive-1' }).delivery,
      assignment(LI, { as: 'dock-2' }).delivery,
      { ...good, note: good.note.replace('李明', '王明') },
      { ...good, evidence: [...loadTlsIdentity(dock, 'dock').chain] },
      { ...good, note: policy(5).note },
    ])
      await assert.rejects(link.handOver('cam-1', bad, never), refused);
    const elsewhere = await foreign.enrol('dock', 'dock-1');
    await assert.rejects(link.handOver('cam-1', assignment(LI, { by: elsewhere }).delivery, never), refused);
    assert.equal((await link.condition('cam-1', never)).officer?.number, '110-77');
    // One alarm a minute is journaled, whoever asks how often.
    assert.ok(rig.journal.size - before <= 1);
    assert.equal(rig.alarms.filter(({ code }) => code === 'bad-assignment').length, 1);
  });

  it('refuses to change hands while it records, in words', async () => {
    await rig.undock();
    await rig.camera.press('record');
    rig.fragments(2);
    await rig.camera.dock(true);
    const again = new HttpsCamera(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'));
    const outcome = await again.handOver('cam-1', assignment(LI).delivery, never);
    again.close();
    assert.deepEqual([outcome.ok, outcome.code], [false, 'hand-over-while-recording']);
    assert.match(outcome.message.en, /Stop the recording/);
    assert.match(outcome.message.zh, /请先停止录制/);
    await rig.stop();
  });

  it('fills no journal for a dock that hands it to and fro', async () => {
    const before = rig.journal.size;
    let busy = 0;
    for (let n = 0; n < 40; n += 1)
      await link
        .handOver('cam-1', assignment(n % 2 === 0 ? LI : WANG).delivery, never)
        .catch(() => (busy += 1));
    assert.equal(busy, 40 - 12);
    assert.ok(rig.journal.size - before <= 24);
  });

  it('takes the agency’s policy, journals it, and never an older one or one that nobody signed', async () => {
    const first = await link.handPolicy('cam-1', policy(3, { muteAllowed: true }), never);
    assert.deepEqual([first.ok, first.code], [true, 'policy-applied']);
    const { policy: has } = await link.condition('cam-1', never);
    assert.equal(has.version, 3);
    const [applied] = entries('policy-applied').slice(-1);
    assert.ok(applied?.type === 'policy-applied');
    assert.deepEqual([applied.version, applied.policy], [3, has.sha256]);
    const older = await link.handPolicy('cam-1', policy(2), never);
    assert.deepEqual([older.ok, older.code], [false, 'policy-refused']);
    const refused = { code: 'peer-refused', refusal: 'bad-policy' };
    await assert.rejects(link.handPolicy('cam-1', assignment(LI).delivery, never), refused);
    const stranger = await foreign.enrol('archive', 'archive-1');
    await assert.rejects(link.handPolicy('cam-1', policy(9, {}, stranger), never), refused);
    assert.equal((await link.condition('cam-1', never)).policy.version, 3);
  });

  const rootOf = (history: string): Uint8Array => sha256(toUtf8(history));

  /** The custody log of an archive, as far as it has come. */
  function checkpoint(
    size: number,
    {
      history = `${size}`,
      by = archive,
      as = 'archive-1',
      role = 'archive',
      origin = custodyOrigin(as),
    } = {},
  ): ArchiveNote {
    const { signer, chain } = loadEvidenceIdentity(by, role as 'archive');
    const at = loadEvidenceIdentity(dock, 'dock').signer;
    const note = signCheckpoint(
      { origin, size, root: rootOf(history) },
      noteSigner(archiveKeyName(as), signer),
      cosigner(dockKeyName('dock-1'), at, 1_800_000_000),
    );
    return { note, evidence: [...chain] };
  }

  const anchored = (): [number, string][] =>
    entries('anchored').flatMap((entry) =>
      entry.type === 'anchored' ? [[entry.size, entry.root] as [number, string]] : [],
    );

  it('names how far the archive’s log had come, once a docking, and again where it grew', async () => {
    for (const size of [3, 3, 7, 7]) {
      const { ok, code } = await link.handAnchor('cam-1', checkpoint(size), never);
      assert.deepEqual([ok, code], [true, 'anchored']);
    }
    const named = [3, 7].map((size) => [size, toBase64(rootOf(`${size}`))]);
    assert.deepEqual(anchored(), named);
    // Taken out and put back within the hour: it stands there already.
    await rig.undock();
    await rig.camera.dock(true);
    link.close();
    link = new HttpsCamera(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'));
    assert.equal((await link.handAnchor('cam-1', checkpoint(7), never)).code, 'anchored');
    assert.deepEqual(anchored(), named);
    auditJournal(rig.journal, identity);
  });

  it('goes back to no smaller log, also after a restart', async () => {
    await link.handAnchor('cam-1', checkpoint(7), never);
    for (let boot = 0; boot < 2; boot += 1) {
      const { ok, code, message } = await link.handAnchor('cam-1', checkpoint(6), never);
      assert.deepEqual([ok, code], [false, 'anchor-older']);
      assert.match(message.en, /later state/);
      assert.deepEqual(anchored().length, 1);
      await stop();
      await start();
    }
    assert.equal((await link.handAnchor('cam-1', checkpoint(8), never)).ok, true);
    auditJournal(rig.journal, identity);
  });

  it('keeps proof of a log with two pasts, also after a restart', async () => {
    await link.handAnchor('cam-1', checkpoint(7), never);
    await stop();
    await start();
    const other = checkpoint(7, { history: 'written anew' });
    await assert.rejects(link.handAnchor('cam-1', other, never), {
      code: 'peer-refused',
      refusal: 'archive-forked',
    });
    assert.deepEqual(anchored(), [[7, toBase64(rootOf('7'))]]);
    const [alarm = ''] = entries('alarm').flatMap((entry) =>
      entry.type === 'alarm' && entry.code === 'archive-forked' ? [entry.detail ?? ''] : [],
    );
    assert.ok(alarm.includes(toBase64(rootOf('7'))));
    // What the archive signed can be checked by anybody, from the entry alone.
    const note = alarm.slice(alarm.indexOf('Now signed: ') + 'Now signed: '.length);
    const trust = { agency: 'agency-a', roots: agency.roots, at: new Date().toISOString() };
    const proof = openCustodyCheckpoint({ note, evidence: other.evidence }, trust).checkpoint;
    assert.deepEqual([proof.size, proof.root], [7, rootOf('written anew')]);
    assert.equal(rig.alarms.filter(({ code }) => code === 'archive-forked').length, 1);
    auditJournal(rig.journal, identity);
  });

  it('believes no log but that of an archive of its agency', async () => {
    const stranger = await foreign.enrol('archive', 'archive-9');
    const good = checkpoint(3);
    for (const bad of [
      checkpoint(3, { by: stranger, as: 'archive-9' }),
      checkpoint(3, { by: dock, as: 'dock-1', role: 'dock' }),
      checkpoint(3, { as: 'archive-2' }),
      checkpoint(3, { origin: 'mingjing/archive/archive-1/receipts' }),
      checkpoint(0),
      checkpoint(2 ** 40),
      { ...good, note: good.note.replace('\n3\n', '\n4\n') },
      { ...good, evidence: [...loadTlsIdentity(archive, 'archive').chain] },
      { ...good, note: policy(5).note },
    ])
      await assert.rejects(link.handAnchor('cam-1', bad, never), {
        code: 'peer-refused',
        refusal: 'bad-anchor',
      });
    assert.deepEqual(anchored(), []);
    assert.equal(rig.alarms.filter(({ code }) => code === 'bad-anchor').length, 1);
  });

  it('fills no journal for a log that grows without end', async () => {
    let busy = 0;
    for (let size = 1; size <= 40; size += 1)
      await link.handAnchor('cam-1', checkpoint(size), never).catch(() => (busy += 1));
    assert.deepEqual([anchored().length, busy], [12, 28]);
  });

  it('tells how it is', async () => {
    const condition = await link.condition('cam-1', never);
    assert.equal(condition.mode, 'docked');
    assert.equal(condition.battery, undefined);
    assert.ok((condition.freeBytes ?? 0) > 0);
    assert.equal(condition.unreceipted, 0);
    assert.deepEqual(condition.officer, { number: '110-77' });
    assert.deepEqual(condition.policy, { version: 0 });
    assert.ok(Array.isArray(condition.warnings));
  });

  it('tells of the latest diagnosis that its journal names', async () => {
    assert.equal((await link.condition('cam-1', never)).diagnosis, undefined);
    const reports = ['11', '22'].map((byte) => byte.repeat(32));
    for (const report of reports) rig.journal.append({ type: 'diagnosed', report, result: 'unsure' });
    const [, last] = entries('diagnosed');
    await stop();
    await start();
    const { diagnosis } = await link.condition('cam-1', never);
    assert.deepEqual(diagnosis, { at: last?.at, result: 'unsure', report: reports[1] });
  });

  it('refuses what is out of shape or too large by its code, and goes on', async () => {
    const peer = new HttpsPeer(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'), 'camera');
    try {
      for (const path of ['/v1/policy', '/v1/assignment', '/v1/anchor'])
        for (const [json, refusal] of [
          [{}, 'bad-request'],
          [{ note: 7, evidence: [] }, 'bad-request'],
          [{ note: 'x'.repeat(300_000), evidence: ['x'] }, 'too-large'],
        ] as const)
          await assert.rejects(peer.json({ method: 'POST', path, json }, CareOutcome, 4096), {
            code: 'peer-refused',
            refusal,
          });
    } finally {
      peer.close();
    }
    assert.equal((await link.handOver('cam-1', assignment(LI).delivery, never)).ok, true);
  });
});
