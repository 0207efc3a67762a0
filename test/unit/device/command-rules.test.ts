import assert from 'node:assert/strict';
import {
  archiveKeyName,
  encodeMessage,
  MAX_MESSAGE_BYTES,
  noteSigner,
  policyOrigin,
  ProtocolError,
  signArchiveLine,
  signCommand,
  signNote,
  toUtf8,
  type ArchiveNote,
  type CameraCommand,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, loadTlsIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import { acceptCommand, MAX_SEQUENCE_STEP, type CommandContext } from '../../../device/core/command-rules.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

describe('an order to a camera', () => {
  let agency: TestAgency;
  let stranger: TestAgency;
  let archive: EvidenceIdentity;
  let other: EvidenceIdentity;
  let camera: EvidenceIdentity;
  let foreign: EvidenceIdentity;
  let context: CommandContext;
  let command: CameraCommand;
  const now = new Date();
  const later = (ms: number): string => new Date(now.getTime() + ms).toISOString();

  before(async () => {
    [agency, stranger] = await Promise.all([makeTestAgency(), makeTestAgency('elsewhere')]);
    archive = loadEvidenceIdentity(await agency.enrol('archive', 'archive-1'), 'archive');
    other = loadEvidenceIdentity(await agency.enrol('archive', 'archive-2'), 'archive');
    camera = loadEvidenceIdentity(await agency.enrol('camera', 'cam-1', { epoch: 1 }), 'camera');
    foreign = loadEvidenceIdentity(await stranger.enrol('archive', 'archive-1'), 'archive');
    context = {
      agency: agency.agency,
      roots: agency.roots,
      at: later(0),
      camera: { device: 'cam-1', epoch: 1 },
      clock: { source: 'network', uncertainty: 500 },
      lastSequence: (id) => (id === 'archive-1' ? 41 : undefined),
    };
    command = {
      id: 'ab'.repeat(16),
      camera: 'cam-1',
      kind: 'start',
      sequence: 42,
      issued: later(-1_000),
      expires: later(60_000),
    };
  });
  after(() => {
    agency.close();
    stranger.close();
  });

  const signed = (more: Partial<CameraCommand> = {}, by = archive, name = 'archive-1'): ArchiveNote => ({
    note: signCommand(name, { ...command, ...more }, by.signer),
    evidence: [...by.chain],
  });
  const payload = (delivery: ArchiveNote): Uint8Array => encodeMessage('command', delivery);
  function refused(bytes: Uint8Array, why: RegExp, more: Partial<CommandContext> = {}): void {
    assert.throws(
      () => acceptCommand(bytes, { ...context, ...more }),
      (error) => error instanceof ProtocolError && error.code === 'bad-command' && why.test(error.message),
      String(why),
    );
  }

  it('is taken when an archive of the agency signed it for this camera', () => {
    assert.deepEqual(acceptCommand(payload(signed()), context), { archive: 'archive-1', command });
    const ofEpoch = acceptCommand(payload(signed({ epoch: 1 })), context);
    assert.equal(ofEpoch.command.epoch, 1);
  });

  it('counts for each archive by itself', () => {
    const { archive: by } = acceptCommand(payload(signed({ sequence: 0 }, other, 'archive-2')), context);
    assert.equal(by, 'archive-2');
  });

  it('is refused from another agency, another role, or another use of a certificate', async () => {
    refused(payload(signed({}, foreign)), /certificate/);
    refused(payload(signed({}, camera)), /of camera evidence/);
    const dock = loadTlsIdentity(await agency.enrol('dock', 'dock-1'), 'dock');
    refused(payload({ ...signed(), evidence: [...dock.chain] }), /of dock tls/);
    const tls = loadTlsIdentity(`${agency.dir}/archive-archive-1`, 'archive');
    refused(payload({ ...signed(), evidence: [...tls.chain] }), /of archive tls/);
  });

  it('is refused under a key or a name that is not the certificate’s', () => {
    refused(payload({ ...signed({}, other, 'archive-1'), evidence: [...archive.chain] }), /./);
    refused(payload({ ...signed(), evidence: [...other.chain] }), /none of the keys/);
    refused(payload(signed({}, archive, 'archive-2')), /none of the keys/);
  });

  it('is refused when a single character of it was changed', () => {
    const { note, evidence } = signed();
    for (let place = 0; place < note.length; place += 7) {
      const other = note[place] === 'a' ? 'b' : 'a';
      const bent = `${note.slice(0, place)}${other}${note.slice(place + 1)}`;
      refused(payload({ note: bent, evidence }), /./);
    }
  });

  it('is refused for another camera or another epoch', () => {
    refused(payload(signed({ camera: 'cam-2' })), /for camera cam-2/);
    refused(payload(signed({ epoch: 2 })), /for epoch 2/);
  });

  it('is refused a second time, and after a later one', () => {
    refused(payload(signed({ sequence: 41 })), /after 41/);
    refused(payload(signed({ sequence: 7 })), /after 41/);
  });

  it('is refused when it leaves no sequence for the next', () => {
    refused(payload(signed({ sequence: 0xffff_ffff })), /too far ahead of 41/);
    refused(payload(signed({ sequence: 42 + MAX_SEQUENCE_STEP })), /too far ahead/);
    refused(payload(signed({ sequence: 0xffff_ffff })), /ahead of none/, { lastSequence: () => undefined });
    const furthest = payload(signed({ sequence: 41 + MAX_SEQUENCE_STEP }));
    assert.equal(acceptCommand(furthest, context).command.kind, 'start');
  });

  it('is refused when it ran out beyond what the clock may be wrong', () => {
    const late = { at: later(61_000) };
    refused(payload(signed()), /ran out/, late);
    const unsure = { ...late, clock: { source: 'free-running', uncertainty: 5_000 } as const };
    assert.equal(acceptCommand(payload(signed()), { ...context, ...unsure }).command.sequence, 42);
    refused(payload(signed()), /ran out/, { ...unsure, at: later(66_000) });
  });

  it('is not refused by a clock of which nobody knows how wrong it is; its sequence is', () => {
    const lost = { clock: { source: 'free-running' } as const, at: later(86_400_000 * 30) };
    assert.equal(acceptCommand(payload(signed()), { ...context, ...lost }).command.sequence, 42);
    refused(payload(signed({ sequence: 41 })), /after 41/, lost);
  });

  it('is refused when it is good for too long, or not at all', () => {
    refused(payload(signed({ expires: later(86_400_000) })), /good from/);
    refused(payload(signed({ expires: later(-2_000) })), /good from/);
  });

  it('is refused when it says more than a camera knows, or says it twice, or in another spelling', () => {
    const line = (text: string): Uint8Array =>
      payload({
        note: signArchiveLine('archive-1', 'mingjing/archive/archive-1/command', text, archive.signer),
        evidence: [...archive.chain],
      });
    const text = JSON.stringify(command);
    assert.equal(acceptCommand(line(text), context).command.kind, 'start');
    refused(line(JSON.stringify({ ...command, unless: 'docked' })), /schema/);
    refused(line(JSON.stringify({ ...command, kind: 'erase' })), /schema/);
    refused(line(text.replace('{', '{"kind":"stop",')), /schema/);
    refused(line(`${text} `), /schema/);
    refused(line('null'), /schema/);
    refused(line('['.repeat(5_000)), /./);
  });

  it('is refused when the archive signed something else than an order', () => {
    const evidence = [...archive.chain];
    const text = JSON.stringify(command);
    const policy = signArchiveLine('archive-1', policyOrigin('archive-1'), text, archive.signer);
    refused(payload({ note: policy, evidence }), /not one line under/);
    const signer = noteSigner(archiveKeyName('archive-1'), archive.signer);
    const more = signNote(`mingjing/archive/archive-1/command\n${text}\n${text}\n`, signer);
    refused(payload({ note: more, evidence }), /not one line under/);
  });

  it('is refused when it is no message at all', () => {
    for (const bytes of ['', '{}', 'x', '[]', '{"note":1,"evidence":[]}', '{"note":"","evidence":["x"]}'])
      refused(toUtf8(bytes), /./);
    refused(new Uint8Array(MAX_MESSAGE_BYTES + 1), /no signed note/);
  });
});
