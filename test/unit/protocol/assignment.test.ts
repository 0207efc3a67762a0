import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import fc from 'fast-check';
import { loadEvidenceIdentity, loadTlsIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import type { EvidenceTrust } from '../../../protocol/note/evidence-line.ts';
import { signDockLine } from '../../../protocol/note/dock-note.ts';
import { assignmentOrigin } from '../../../protocol/note/names.ts';
import { openRoster, signRoster, type RosterOfficer } from '../../../protocol/policy/roster.ts';
import { openAssignment, signAssignment, type DockNote } from '../../../protocol/wire/assignment.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

const LI: RosterOfficer = {
  number: '031337',
  name: '李明',
  unit: '城管一中队',
  certificate: 'ZF-7',
  validUntil: '2027-12-31',
};
const ASSIGNMENT = {
  id: 'ab'.repeat(16),
  camera: 'cam-1',
  issued: '2026-11-20T08:00:00.000Z',
  officer: { number: '031337', name: '李明' },
};

describe('what docks and archives sign about officers', () => {
  let agency: TestAgency;
  let dock: EvidenceIdentity;
  let archive: EvidenceIdentity;
  let trust: EvidenceTrust;

  before(async () => {
    agency = await makeTestAgency();
    dock = loadEvidenceIdentity(await agency.enrol('dock', 'dock-1'), 'dock');
    archive = loadEvidenceIdentity(await agency.enrol('archive', 'arc'), 'archive');
    trust = { agency: agency.agency, roots: agency.roots, at: new Date().toISOString() };
  });
  after(() => agency.close());

  const signed = (assignment: typeof ASSIGNMENT | object): DockNote => ({
    note: signDockLine('dock-1', assignmentOrigin('dock-1'), JSON.stringify(assignment), dock.signer),
    evidence: [...dock.chain],
  });

  it('an assignment says who has which camera, and goes by the hash of its line', () => {
    const { note, hash } = signAssignment('dock-1', ASSIGNMENT, dock.signer);
    const opened = openAssignment({ note, evidence: [...dock.chain] }, trust);
    assert.deepEqual(opened, { dock: 'dock-1', assignment: ASSIGNMENT, hash });
  });

  it('an assignment that is out of schema, has another spelling or is of another time is refused', () => {
    const bad = { code: 'bad-assignment' };
    const twice = JSON.stringify(ASSIGNMENT).replace('{', '{"camera":"cam-2",');
    for (const delivery of [
      signed({ ...ASSIGNMENT, until: 'noon' }),
      signed({ ...ASSIGNMENT, officer: undefined }),
      signed({ ...ASSIGNMENT, officer: { number: '' } }),
      { ...signed(ASSIGNMENT), note: signDockLine('dock-1', assignmentOrigin('dock-1'), twice, dock.signer) },
      { ...signed(ASSIGNMENT), evidence: [...archive.chain] },
    ])
      assert.throws(() => openAssignment(delivery, trust), bad);
    assert.throws(
      () => openAssignment(signed(ASSIGNMENT), { ...trust, at: '2020-01-01T00:00:00.000Z' }),
      bad,
    );
    assert.throws(() => openAssignment(signed(ASSIGNMENT), { ...trust, agency: 'another' }), bad);
    const { chain } = loadTlsIdentity(`${agency.dir}/dock-dock-1`, 'dock');
    assert.throws(() => openAssignment({ ...signed(ASSIGNMENT), evidence: [...chain] }, trust), bad);
  });

  it('whatever else is read as an assignment or a roster is refused by its code', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 4 }), (note, evidence) => {
        assert.throws(() => openAssignment({ note, evidence }, trust), { code: 'bad-assignment' });
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (file) => {
        assert.throws(() => openRoster(file, trust), { code: 'bad-roster' });
      }),
    );
  });

  it('a roster comes back as it was signed, and one of thousands fits', () => {
    const file = signRoster('arc', 4, [LI], archive);
    assert.deepEqual(openRoster(JSON.parse(JSON.stringify(file)), trust), {
      archive: 'arc',
      version: 4,
      officers: [LI],
    });
    const many = Array.from({ length: 10_000 }, (_one, n) => ({ ...LI, number: String(n) }));
    assert.equal(openRoster(signRoster('arc', 1, many, archive), trust).officers.length, 10_000);
  });

  it('a roster of which a name was changed, or that another machine signed, is refused', () => {
    const file = signRoster('arc', 4, [LI], archive);
    const bad = { code: 'bad-roster' };
    assert.throws(() => openRoster({ ...file, officers: file.officers.replace('2027', '2037') }, trust), bad);
    assert.throws(() => openRoster({ ...file, evidence: [...dock.chain] }, trust), bad);
    assert.throws(() => openRoster({ ...file, more: true }, trust), bad);
    assert.throws(() => openRoster(signRoster('arc', 4, [LI], dock), trust), bad);
  });

  it('no roster is signed in which two officers go by one number or card, or one is out of schema', () => {
    const bad = { code: 'bad-roster' };
    for (const officers of [
      [LI, { ...LI, name: '王芳' }],
      [
        { ...LI, card: '0042' },
        { ...LI, number: '0042' },
      ],
      [{ ...LI, validUntil: '31.12.2027' }],
      [{ ...LI, rank: 'chief' }],
      { officers: [LI] },
    ])
      assert.throws(() => signRoster('arc', 4, officers, archive), bad);
    assert.throws(() => signRoster('arc', 0, [LI], archive), bad);
  });
});
