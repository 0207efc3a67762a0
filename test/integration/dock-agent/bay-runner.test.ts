import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noteSigner, receiptOrigin, signCheckpoint, type ReceiptDelivery } from '@mingjing/protocol';
import {
  createLog,
  loadEvidenceIdentity,
  loadTlsIdentity,
  PeerRefusal,
  RuntimeError,
} from '@mingjing/runtime';
import { BayRunner, type BayParts } from '../../../dock-agent/shell/bay-runner.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedCameraLink } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { ArchiveModel } from '../../support/dock-agent/archive-model.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { JumpingClock } from '../../support/dock-agent/jumping-clock.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';

/** What may go wrong at one call; each is used up by it. */
const FAULTS = [
  'archive-down',
  'archive-busy',
  'archive-lost-answer',
  'camera-gone',
  'bent-object',
  'cut-object',
  'endless-object',
  'forged-receipt',
  'receipt-of-another',
  'pull',
] as const;
type Fault = (typeof FAULTS)[number];

describe('a bay with its camera and archive', () => {
  let test: TestAgency;
  before(async () => {
    test = await makeTestAgency();
    for (const camera of ['cam-1', 'cam-2']) await test.enrol('camera', camera);
    await test.enrol('archive', 'arc');
  });
  after(() => test.close());

  const directory = (name: string): string => `${test.dir}/${name}`;
  const name = { device: 'cam-1', epoch: 1 };

  function bench(
    care?: BayParts['care'],
    revocations?: BayParts['revocations'],
  ): {
    camera: SimulatedCamera;
    archive: ArchiveModel;
    presence: SimulatedPresence;
    messages: NotedMessages;
    runner: BayRunner;
  } {
    const { roots } = loadTlsIdentity(directory('archive-arc'), 'archive');
    const archive = new ArchiveModel(loadEvidenceIdentity(directory('archive-arc'), 'archive'), roots);
    const camera = new SimulatedCamera(simulatedKeys(directory('camera-cam-1')));
    const presence = new SimulatedPresence();
    const messages = new NotedMessages();
    const runner = new BayRunner({
      bay: 1,
      presence,
      openCamera: () => new SimulatedCameraLink(camera),
      archive,
      messages,
      clock: new JumpingClock(),
      trust: { agency: test.agency, roots: test.roots },
      log: createLog('test', { level: 'silent' }),
      ...(care && { care }),
      ...(revocations && { revocations }),
    });
    return { camera, archive, presence, messages, runner };
  }
  const whole = (camera: SimulatedCamera, archive: ArchiveModel): boolean =>
    camera.objects.size === 0 && archive.size(name) === camera.size;

  it('ends with everything in the archive and the camera free, and says so', async () => {
    const { camera, archive, presence, messages, runner } = bench();
    const named = [...camera.record(100, 200_000, 5), ...camera.record(1)];
    presence.insert();
    runner.start();
    await eventually(
      () => messages.state === 'ready',
      () => messages.states.join(),
    );
    assert.ok(whole(camera, archive));
    assert.deepEqual([...archive.objects].toSorted(), named.toSorted());
    assert.deepEqual(messages.states, ['identifying', 'transferring', 'clearing', 'ready']);
    assert.deepEqual(messages.alarms, []);
    await runner.stop();
    assert.equal(messages.state, 'empty');
  });

  it('goes on beside a care that never ends, begins it once a docking, and ends it when the camera is let go', async () => {
    const seen: string[] = [];
    const { camera, archive, presence, messages, runner } = bench(
      ({ bay, device, signal }) =>
        new Promise((resolve) => {
          seen.push(`${device} in ${bay}`);
          signal.addEventListener('abort', () => {
            seen.push('let go');
            resolve();
          });
        }),
    );
    runner.start();
    for (let docking = 0; docking < 2; docking += 1) {
      camera.record(10);
      presence.insert();
      await eventually(
        () => messages.state === 'ready' && whole(camera, archive),
        () => messages.states.join(),
      );
      presence.pull();
      await eventually(
        () => messages.state === 'empty',
        () => messages.states.join(),
      );
    }
    await runner.stop();
    assert.deepEqual(seen, ['cam-1 in 1', 'let go', 'cam-1 in 1', 'let go']);
  });

  it('cares no more for a camera that is revoked while it sits there, until it is not any more', async () => {
    const seen: string[] = [];
    let revoked = false;
    const care: BayParts['care'] = ({ signal }) =>
      new Promise((resolve) => {
        seen.push('begun');
        signal.addEventListener('abort', () => {
          seen.push('let go');
          resolve();
        });
      });
    const { presence, messages, runner } = bench(care, { revoked: () => revoked });
    runner.start();
    presence.insert();
    for (const [isRevoked, state, expected] of [
      [false, 'ready', ['begun']],
      [true, 'refused', ['begun', 'let go']],
      [false, 'ready', ['begun', 'let go', 'begun']],
    ] as const) {
      revoked = isRevoked;
      await eventually(
        () => messages.state === state,
        () => messages.states.join(),
      );
      assert.deepEqual(seen, expected);
    }
    await runner.stop();
    assert.equal(seen.at(-1), 'let go');
  });

  it('tells the camera the time once a docking, and goes on whatever comes of it', async () => {
    const { camera, archive, presence, messages, runner } = bench();
    camera.lies.time = () => {
      throw new PeerRefusal('not-found', 'an old camera');
    };
    const told = (): string => messages.states.join();
    runner.start();
    for (const docking of [1, 2]) {
      camera.record(10);
      presence.insert();
      await eventually(() => messages.state === 'ready' && whole(camera, archive), told);
      camera.record(10);
      await eventually(() => whole(camera, archive), told);
      assert.equal(camera.times.length, docking);
      presence.pull();
      await eventually(() => messages.state === 'empty', told);
    }
    assert.deepEqual(messages.alarms, []);
    await runner.stop();
  });

  it('loses nothing and hands on no unchecked receipt, whatever fails in whatever order', async function () {
    this.timeout(120_000);
    const fault = fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(sizes, { maxLength: 3 }),
        fc.array(fault, { maxLength: 40 }),
        async (recordings, script) => {
          const { camera, archive, presence, messages, runner } = bench();
          const named = recordings.flatMap((segments) => camera.record(...segments));
          play(script, camera, archive, presence);
          const forged = watchReceipts(camera);
          presence.insert();
          runner.start();
          const told = (): string =>
            `${messages.states.join()} ${messages.codes.join()} ${camera.objects.size}`;
          await eventually(() => messages.state === 'ready' && whole(camera, archive), told);
          await runner.stop();
          assert.deepEqual(forged, []);
          assert.deepEqual([...archive.objects].toSorted(), named.toSorted());
        },
      ),
      { numRuns: 150 },
    );
  });

  /** Uses up the script: one fault for each call to the archive or object of the camera. */
  function play(
    script: readonly (Fault | undefined)[],
    camera: SimulatedCamera,
    archive: ArchiveModel,
    presence: SimulatedPresence,
  ): void {
    const faults = [...script];
    const push = archive.pushJournal.bind(archive);
    archive.faults.call = (what) => {
      const next = faults.shift();
      if (next === 'archive-down') throw new RuntimeError('peer-unreachable', 'down');
      if (next === 'archive-busy') throw new PeerRefusal('busy', 'busy');
      if (next === 'pull') {
        presence.pull();
        presence.insert();
      }
      if (next === 'archive-lost-answer' && what === 'push') lost = true;
      if (next === 'forged-receipt' || next === 'receipt-of-another') bad = next;
    };
    let lost = false;
    let bad: Fault | undefined;
    archive.pushJournal = async (...args) => {
      const answer = await push(...args);
      if (!lost) return answer;
      lost = false;
      throw new RuntimeError('peer-unreachable', 'lost');
    };
    archive.faults.receipt = (delivery) => {
      const how = bad;
      bad = undefined;
      return how === undefined ? delivery : forge(how, delivery, camera);
    };
    camera.lies.object = (_object, bytes) => {
      const next = faults.shift();
      return next === undefined ? bytes : bend(next, bytes);
    };
  }

  function forge(how: Fault, delivery: ReceiptDelivery, camera: SimulatedCamera): ReceiptDelivery {
    if (how === 'receipt-of-another') {
      const { signer } = loadEvidenceIdentity(directory('archive-arc'), 'archive');
      const origin = receiptOrigin('arc', { device: 'cam-2', epoch: 1 });
      const note = signCheckpoint(
        { origin, size: camera.size, root: new Uint8Array(32) },
        noteSigner('mingjing/archive/arc', signer),
      );
      return { ...delivery, receipt: note };
    }
    const origin = receiptOrigin('arc', name);
    const forged = { origin, size: camera.size, root: new Uint8Array(32) };
    return {
      ...delivery,
      receipt: signCheckpoint(forged, noteSigner('mingjing/archive/arc', camera.keys.signer)),
    };
  }

  /** Every receipt that reached the camera and was not good. */
  function watchReceipts(camera: SimulatedCamera): string[] {
    const bad: string[] = [];
    const take = camera.takeReceipt.bind(camera);
    camera.takeReceipt = (delivery) => {
      try {
        return take(delivery);
      } catch (error) {
        bad.push(delivery.receipt);
        throw error;
      }
    };
    return bad;
  }
});

function bend(how: Fault, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return (async function* () {
    if (how === 'camera-gone') throw new RuntimeError('peer-unreachable', 'gone');
    for await (const piece of bytes) {
      if (how === 'cut-object') return;
      yield how === 'bent-object' ? piece.map((byte) => byte ^ 1) : piece;
    }
    while (how === 'endless-object') yield new Uint8Array(1_000);
  })();
}
