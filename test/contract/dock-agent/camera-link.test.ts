import assert from 'node:assert/strict';
import type { CameraLink } from '../../../dock-agent/ports/camera-link.ts';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedCameraLink } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { loadEvidenceIdentity, loadTlsIdentity } from '@mingjing/runtime';
import {
  archiveKeyName,
  custodyOrigin,
  Frontier,
  noteSigner,
  signAssignment,
  signCheckpoint,
  signPolicy,
  type CameraAssignment,
  type DockNote,
} from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { signReceipt } from '../../support/dock-agent/archive-model.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

/** A line to a camera, and a hand on that camera. */
interface Bench {
  readonly link: CameraLink;
  readonly camera: SimulatedCamera;
  pull(): Promise<void>;
  /** Another camera of the agency takes its place. */
  swap(): Promise<void>;
  close(): Promise<void>;
}

let agency: TestAgency;
const directory = (name: string): string => `${agency.dir}/${name}`;

async function simulatedBench(): Promise<Bench> {
  await Promise.resolve();
  const camera = new SimulatedCamera(simulatedKeys(directory('camera-cam-1')));
  const link = new SimulatedCameraLink(camera);
  return {
    link,
    camera,
    pull: () => {
      camera.gone = true;
      return Promise.resolve();
    },
    swap: () => {
      camera.lies.line = (name) => ({ ...name, id: 'cam-2' });
      return Promise.resolve();
    },
    close: () => {
      link.close();
      return Promise.resolve();
    },
  };
}

async function realBench(): Promise<Bench> {
  const camera = new SimulatedCamera(simulatedKeys(directory('camera-cam-1')));
  const first = new WireCamera(camera, directory('camera-cam-1'));
  const second = new WireCamera(camera, directory('camera-cam-2'));
  await first.insert();
  const link = new HttpsCamera(first.url, loadTlsIdentity(directory('dock-dock-1'), 'dock'));
  return {
    link,
    camera,
    pull: () => first.pull(),
    swap: async () => {
      await first.pull();
      await second.insert(Number(new URL(first.url).port));
    },
    close: async () => {
      link.close();
      await first.pull();
      await second.pull();
    },
  };
}

const never = new AbortController().signal;

for (const [kind, make] of [
  ['simulated', simulatedBench],
  ['HTTPS', realBench],
] as const) {
  describe(`a camera link (${kind})`, () => {
    let bench: Bench;
    before(async () => {
      agency = await makeTestAgency();
      await agency.enrol('camera', 'cam-1');
      await agency.enrol('camera', 'cam-2');
      await agency.enrol('dock', 'dock-1');
      await agency.enrol('archive', 'arc');
    });
    after(() => agency.close());
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(async () => {
      await bench.close();
    });

    const read = async (object: string, signal = never): Promise<Buffer> =>
      await bench.link.object('cam-1', object, signal, async (bytes) => {
        const parts: Uint8Array[] = [];
        for await (const part of bytes) parts.push(new Uint8Array(part));
        return Buffer.concat(parts);
      });

    it('says who is on the line, and what it claims', async () => {
      const { line, claims } = await bench.link.identify(never);
      assert.deepEqual(line, { agency: 'testagency', use: 'tls', role: 'camera', id: 'cam-1' });
      assert.equal(claims.size, 1);
    });

    it('brings a run of the journal, exactly', async () => {
      bench.camera.record(10, 10);
      const page = await bench.link.journal('cam-1', 1, 1, 2, never);
      assert.deepEqual(
        page.entries.map((entry) => Buffer.from(entry, 'base64')),
        bench.camera.entries.slice(1, 3).map((entry) => Buffer.from(entry)),
      );
    });

    it('brings the bytes of objects of many sizes', async () => {
      for (const size of [1, 65_535, 65_536, 1_000_000]) {
        const [, object = ''] = bench.camera.record(size);
        assert.equal((await read(object)).length, size);
      }
    });

    it('brings what comes behind so many bytes of an object, and nothing else', async () => {
      const [, object = ''] = bench.camera.record(1_000_000);
      const whole = await read(object);
      for (const from of [1, 65_536, 400_001, 999_999]) {
        const rest = await bench.link.object(
          'cam-1',
          object,
          never,
          async (bytes) => {
            const parts: Uint8Array[] = [];
            for await (const part of bytes) parts.push(new Uint8Array(part));
            return Buffer.concat(parts);
          },
          from,
        );
        assert.deepEqual(rest, whole.subarray(from));
      }
    });

    it('says not-found of an object that is not there', async () => {
      await assert.rejects(read('00'.repeat(32)), { code: 'peer-refused', refusal: 'not-found' });
    });

    it('gives back what the user of an object throws, and the line is good after it', async () => {
      const [, object = ''] = bench.camera.record(1_000_000);
      const own = new Error('own');
      await assert.rejects(
        bench.link.object('cam-1', object, never, () => Promise.reject(own)),
        (error) => error === own,
      );
      const early = await bench.link.object('cam-1', object, never, async (bytes) => {
        for await (const part of bytes) return part.length > 0;
        return false;
      });
      assert.equal(early, true);
      assert.equal((await read(object)).length, 1_000_000);
    });

    it('rejects when the camera is pulled out, before and in the middle', async () => {
      const [, object = ''] = bench.camera.record(8_000_000);
      await assert.rejects(
        bench.link.object('cam-1', object, never, async (bytes) => {
          for await (const _part of bytes) await bench.pull();
        }),
        { code: 'peer-unreachable' },
      );
      await assert.rejects(bench.link.identify(never), { code: 'peer-unreachable' });
      await assert.rejects(bench.link.journal('cam-1', 1, 0, 10, never), { code: 'peer-unreachable' });
    });

    it('rejects soon when it is told to let go', async () => {
      const [, object = ''] = bench.camera.record(8_000_000);
      const abort = new AbortController();
      await assert.rejects(
        bench.link.object('cam-1', object, abort.signal, async (bytes) => {
          for await (const _part of bytes) abort.abort();
        }),
        { code: 'peer-unreachable' },
      );
      await assert.rejects(bench.link.identify(abort.signal), { code: 'peer-unreachable' });
    });

    it('notices that another camera answers', async () => {
      const [, object = ''] = bench.camera.record(10);
      await bench.swap();
      const { line } = await bench.link.identify(never);
      assert.equal(line.id, 'cam-2');
      const changed = { code: 'camera-changed' };
      await assert.rejects(bench.link.journal('cam-1', 1, 0, 10, never), changed);
      await assert.rejects(read(object), changed);
      const claim = { at: '2026-11-20T08:00:00.000Z', uncertainty: 1_000 };
      await assert.rejects(bench.link.tellTime('cam-1', claim, never), changed);
      await assert.rejects(bench.link.condition('cam-1', never), changed);
      await assert.rejects(bench.link.handOver('cam-1', assigned(null), never), changed);
    });

    it('tells the time, and what the camera thinks of it', async () => {
      await bench.link.identify(never);
      const claim = { at: '2026-11-20T08:00:00.000Z', uncertainty: 1_000 };
      assert.deepEqual(await bench.link.tellTime('cam-1', claim, never), { believed: true });
      bench.camera.lies.time = () => ({ believed: false });
      assert.deepEqual(await bench.link.tellTime('cam-1', claim, never), { believed: false });
      assert.deepEqual(bench.camera.times, [claim, claim]);
    });

    const assigned = (officer: CameraAssignment['officer'], camera = 'cam-1'): DockNote => {
      const { signer, chain } = loadEvidenceIdentity(directory('dock-dock-1'), 'dock');
      const id = 'ab'.repeat(16);
      const { note } = signAssignment(
        'dock-1',
        { id, camera, issued: '2026-11-20T08:00:00.000Z', officer },
        signer,
      );
      return { note, evidence: [...chain] };
    };

    it('hands the camera to an officer and back, and tells who has it', async () => {
      const li = { number: '031337', name: '李明', certificate: 'ZF-7' };
      const given = assigned(li);
      for (let n = 0; n < 2; n += 1) {
        const { ok, code } = await bench.link.handOver('cam-1', given, never);
        assert.deepEqual([ok, code], [true, 'officer-assigned']);
      }
      assert.equal(bench.camera.size, 2);
      const { officer } = await bench.link.condition('cam-1', never);
      assert.equal(officer?.number, '031337');
      assert.equal((await bench.link.handOver('cam-1', assigned(null), never)).code, 'officer-returned');
      assert.equal((await bench.link.condition('cam-1', never)).officer, undefined);
      await assert.rejects(bench.link.handOver('cam-1', assigned(li, 'cam-2'), never), {
        code: 'peer-refused',
        refusal: 'bad-assignment',
      });
    });

    it('hands a policy over, and says when the camera would not take it', async () => {
      const { signer, chain } = loadEvidenceIdentity(directory('archive-arc'), 'archive');
      const policy = (version: number): DockNote => ({
        note: signPolicy('arc', { version }, signer),
        evidence: [...chain],
      });
      assert.equal((await bench.link.handPolicy('cam-1', policy(3), never)).ok, true);
      assert.equal((await bench.link.condition('cam-1', never)).policy.version, 3);
      assert.equal((await bench.link.handPolicy('cam-1', policy(2), never)).ok, false);
      await assert.rejects(bench.link.handPolicy('cam-1', assigned(null), never), {
        code: 'peer-refused',
        refusal: 'bad-policy',
      });
    });

    it('hands over how far the archive’s log has come, and says when the camera knows better', async () => {
      const { signer, chain } = loadEvidenceIdentity(directory('archive-arc'), 'archive');
      const checkpoint = (size: number, fill = size): DockNote => {
        const root = new Uint8Array(32).fill(fill);
        const log = { origin: custodyOrigin('arc'), size, root };
        return { note: signCheckpoint(log, noteSigner(archiveKeyName('arc'), signer)), evidence: [...chain] };
      };
      for (let n = 0; n < 2; n += 1)
        assert.equal((await bench.link.handAnchor('cam-1', checkpoint(3), never)).code, 'anchored');
      assert.equal(bench.camera.size, 2);
      const { ok, code } = await bench.link.handAnchor('cam-1', checkpoint(2), never);
      assert.deepEqual([ok, code], [false, 'anchor-older']);
      const refused = { code: 'peer-refused' };
      await assert.rejects(bench.link.handAnchor('cam-1', checkpoint(3, 9), never), {
        ...refused,
        refusal: 'archive-forked',
      });
      await assert.rejects(bench.link.handAnchor('cam-1', assigned(null), never), {
        ...refused,
        refusal: 'bad-anchor',
      });
      assert.equal((await bench.link.handAnchor('cam-1', checkpoint(4), never)).ok, true);
    });

    it('hands a receipt over, twice without harm, and says what the camera erased', async () => {
      bench.camera.record(10, 10);
      const { signer, chain } = loadEvidenceIdentity(directory('archive-arc'), 'archive');
      const tree = new Frontier();
      for (const entry of bench.camera.entries) tree.append(entry);
      const delivery = {
        receipt: signReceipt('arc', { device: 'cam-1', epoch: 1 }, tree, signer),
        evidence: [...chain],
      };
      assert.deepEqual(await bench.link.handReceipt('cam-1', delivery, never), { released: 3 });
      assert.deepEqual(await bench.link.handReceipt('cam-1', delivery, never), { released: 0 });
      await assert.rejects(
        bench.link.handReceipt('cam-1', { ...delivery, receipt: bench.camera.checkpoint() }, never),
        { code: 'peer-refused', refusal: 'bad-receipt' },
      );
    });
  });
}
