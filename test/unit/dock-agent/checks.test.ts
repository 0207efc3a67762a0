import assert from 'node:assert/strict';
import { encodeEntry, Frontier, generateEd25519, ed25519Signer, toBase64 } from '@mingjing/protocol';
import { loadEvidenceIdentity, loadTlsIdentity, type EvidenceIdentity } from '@mingjing/runtime';
import { checkIdentity, checkPage, type Trust } from '../../../dock-agent/core/check-camera.ts';
import { checkReceipt } from '../../../dock-agent/core/check-receipt.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { signReceipt } from '../../support/dock-agent/archive-model.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';

describe('what a dock checks', () => {
  let test: TestAgency;
  let stranger: TestAgency;
  let trust: Trust;
  let camera: SimulatedCamera;
  let other: SimulatedCamera;
  let archive: EvidenceIdentity;
  const name = { device: 'cam-1', epoch: 1 };

  before(async () => {
    test = await makeTestAgency();
    stranger = await makeTestAgency();
    trust = { agency: test.agency, roots: test.roots };
    other = new SimulatedCamera(simulatedKeys(await test.enrol('camera', 'cam-2')));
    archive = loadEvidenceIdentity(await test.enrol('archive', 'arc'), 'archive');
    await test.enrol('camera', 'cam-1');
  });
  beforeEach(() => {
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    camera.record(100, 100);
  });
  after(() => {
    test.close();
    stranger.close();
  });

  describe('of a camera’s word about itself', () => {
    const line = { agency: 'testagency', use: 'tls', role: 'camera', id: 'cam-1' } as const;
    const refused = { code: 'journal-bad' };

    it('is that line and evidence name one camera', () => {
      assert.deepEqual(checkIdentity(camera.identity(), line, trust), { camera: name, size: 5 });
      const claims = camera.identity();
      for (const lie of [
        { device: 'cam-2' },
        { epoch: 2 },
        { evidence: [...other.keys.chain] },
        { evidence: ['garbage'] },
        { evidence: [...archive.chain] },
        { evidence: [...loadTlsIdentity(`${test.dir}/camera-cam-1`, 'camera').chain] },
      ])
        assert.throws(() => checkIdentity({ ...claims, ...lie }, line, trust), refused);
      assert.throws(() => checkIdentity(other.identity(), line, trust), refused);
      assert.throws(() => checkIdentity(claims, line, { ...trust, roots: stranger.roots }), refused);
    });
  });

  describe('of a page', () => {
    const asked = { camera: name, from: 0, most: 256 };
    const refused = { code: 'journal-bad' };

    it('is its chain, its checkpoint and its length', () => {
      const { checkpoint, named } = checkPage(camera.page(0, 256), asked, trust);
      assert.equal(checkpoint.size, 5);
      assert.equal(named, 4); // the last segment; closing names nothing
      assert.equal(checkPage(camera.page(4, 1), { ...asked, from: 4 }, trust).named, undefined);
    });

    it('refuses everything else', () => {
      const page = camera.page(0, 256);
      const forger = new SimulatedCamera({
        ...camera.keys,
        signer: ed25519Signer(generateEd25519().privateKeyPem),
      });
      forger.record(100, 100);
      const large = toBase64(new Uint8Array(65_536));
      for (const lie of [
        { from: 1 },
        { epoch: 2 },
        { entries: [] },
        { entries: page.entries.slice(1) },
        { entries: [...page.entries, ...page.entries] },
        { entries: [...page.entries.slice(1), large] },
        { entries: [...page.entries.slice(1), 'not base64'] },
        { checkpoint: camera.checkpoint(4) },
        { checkpoint: other.checkpoint() },
        { checkpoint: forger.checkpoint() },
        { checkpoint: '' },
        { evidence: [...other.keys.chain] },
        { evidence: [...archive.chain] },
      ])
        assert.throws(
          () => checkPage({ ...page, ...lie }, asked, trust),
          refused,
          JSON.stringify(lie).slice(0, 60),
        );
      assert.throws(() => checkPage(page, { ...asked, most: 4 }, trust), refused);
    });

    it('leaves to the archive what an entry says, and takes no chances on what it names', () => {
      const entry = encodeEntry({
        type: 'power-off',
        at: '2026-01-01T00:00:00.000Z',
        boot: '00'.repeat(16),
        mono: 1,
        reason: 'button',
      });
      const entries = [...camera.page(0, 256).entries.slice(0, 4), toBase64(entry)];
      assert.equal(checkPage({ ...camera.page(0, 256), entries }, asked, trust).named, 4);
      const unreadable = [...entries.slice(0, 4), toBase64(Buffer.from('{"type":"segment-sealed"}'))];
      assert.equal(checkPage({ ...camera.page(0, 256), entries: unreadable }, asked, trust).named, 5);
    });
  });

  describe('of a receipt', () => {
    const refused = { code: 'receipt-bad' };
    const about = { camera: name, atMost: 5, checkpoint: undefined };
    const tree = (entries: readonly Uint8Array[]): Frontier => {
      const frontier = new Frontier();
      for (const entry of entries) frontier.append(entry);
      return frontier;
    };
    const evidence = (): string[] => [...archive.chain];

    it('is signer, journal, size and tree', () => {
      const whole = tree(camera.entries);
      const receipt = signReceipt('arc', name, whole, archive.signer);
      const checkpoint = { size: 5, root: whole.root() };
      assert.equal(checkReceipt({ receipt, evidence: evidence() }, { ...about, checkpoint }, trust), 5);
      const another = { size: 5, root: new Uint8Array(32) };
      assert.throws(
        () => checkReceipt({ receipt, evidence: evidence() }, { ...about, checkpoint: another }, trust),
        refused,
      );
      assert.throws(
        () => checkReceipt({ receipt, evidence: evidence() }, { ...about, atMost: 4 }, trust),
        refused,
      );
    });

    it('refuses one of another archive name, camera, epoch or signer', () => {
      const whole = tree(camera.entries);
      const forged = ed25519Signer(generateEd25519().privateKeyPem);
      for (const receipt of [
        signReceipt('other', name, whole, archive.signer),
        signReceipt('arc', { device: 'cam-2', epoch: 1 }, whole, archive.signer),
        signReceipt('arc', { device: 'cam-1', epoch: 2 }, whole, archive.signer),
        signReceipt('arc', name, whole, forged),
        camera.checkpoint(),
        'garbage',
      ])
        assert.throws(() => checkReceipt({ receipt, evidence: evidence() }, about, trust), refused);
      const receipt = signReceipt('arc', name, whole, archive.signer);
      assert.throws(() => checkReceipt({ receipt, evidence: [...camera.keys.chain] }, about, trust), refused);
      assert.throws(
        () => checkReceipt({ receipt, evidence: evidence() }, about, { ...trust, roots: stranger.roots }),
        refused,
      );
    });
  });
});
