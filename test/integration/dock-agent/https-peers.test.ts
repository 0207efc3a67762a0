import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { issuedAs, splitPem } from '@mingjing/protocol';
import { createLog, HttpsArchive, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { TcpPresence } from '../../../dock-agent/adapters/tcp-presence.ts';
import type { Revocations } from '../../../dock-agent/ports/revocations.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { generatedObject } from '../../support/dock-agent/generated-object.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { strangeDevice } from '../../support/dock-agent/strange-device.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

const IDLE_MS = 400;
const PRESENCE_MS = 10;
const LONG_AGO = new Date(Date.now() - 4 * 366 * 86_400_000);

describe('a dock over real lines', () => {
  let test: TestAgency;
  let stranger: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let messages: NotedMessages;
  let runner: BayRunner | undefined;
  let revocations: Revocations | undefined;
  let impostor: TestAgency;
  const name = { device: 'cam-1', epoch: 1 };

  before(async () => {
    test = await makeTestAgency('testagency', LONG_AGO);
    await test.enrol('camera', 'cam-old', { now: LONG_AGO });
    impostor = await makeTestAgency();
    await impostor.enrol('camera', 'cam-1');
    stranger = await makeTestAgency('stranger');
    await stranger.enrol('camera', 'cam-1');
    await stranger.enrol('archive', 'arc');
    for (const one of ['cam-1', 'cam-2']) await test.enrol('camera', one);
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
  });
  after(() => {
    test.close();
    stranger.close();
    impostor.close();
  });
  beforeEach(async () => {
    revocations = undefined;
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    archive = new WireArchive(`${test.dir}/archive-arc`);
    messages = new NotedMessages();
    await archive.open();
  });
  afterEach(async () => {
    await runner?.stop();
    runner = undefined;
    await wire.pull();
    await archive.vanish();
  });

  async function dock(elsewhere?: string): Promise<void> {
    await wire.insert();
    const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
    const url = elsewhere ?? wire.url;
    runner = new BayRunner({
      bay: 1,
      presence: new TcpPresence(url, PRESENCE_MS),
      openCamera: () => new HttpsCamera(url, identity, IDLE_MS),
      archive: new HttpsArchive(archive.url, identity, IDLE_MS),
      messages,
      clock: systemClock,
      trust: { agency: test.agency, roots: test.roots },
      ...(revocations === undefined ? {} : { revocations }),
      log: createLog('test', { level: 'silent' }),
    });
    runner.start();
  }
  const told = (): string =>
    `${messages.states.join()} ${messages.alarms.map(({ code, detail }) => `${code}: ${detail}`).join()}`;
  const state = async (expected: string): Promise<void> => {
    await eventually(() => messages.state === expected, told);
  };
  const complete = async (): Promise<void> => {
    await eventually(
      () =>
        messages.state === 'ready' && camera.objects.size === 0 && archive.model.size(name) === camera.size,
      told,
    );
  };

  it('brings a camera from its bay into the archive, and frees it', async () => {
    const named = camera.record(3_000_000, 10, 65_536);
    await dock();
    await complete();
    assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    assert.deepEqual(messages.states, ['identifying', 'transferring', 'clearing', 'ready']);
    assert.equal(archive.spoiled, 0);
    assert.deepEqual(messages.alarms, []);
    await wire.pull();
    await state('empty');
  });

  it('pushes a long journal in pages', async () => {
    for (let n = 0; n < 700; n += 1) camera.append({ type: 'officer-returned', officer: `o-${n}` });
    camera.record(10);
    await dock();
    await complete();
    assert.ok(archive.requests.filter((one) => one.startsWith('POST')).length >= 3);
  });

  it('goes on where it was when a camera is pulled out in the middle of an object', async () => {
    camera.record(100_000, 5_000_000, 100_000);
    wire.faults.cutAfter = 2_000_000;
    await dock();
    await eventually(() => messages.states.includes('empty'), told);
    assert.deepEqual(messages.alarms, [], 'pulling a camera out is no alarm');
    assert.equal(camera.objects.size, 4);
    const before = wire.asked.length;
    await wire.insert();
    await complete();
    assert.ok(wire.asked.slice(before).length <= 3, 'what was there was moved again');
  });

  it('waits for an archive that is down, says so, and goes on when it is back', async () => {
    camera.record(100_000);
    await archive.vanish();
    await dock();
    await state('fault');
    assert.deepEqual(messages.codes, ['archive-unreachable']);
    await archive.open();
    await complete();
    assert.deepEqual(messages.codes, ['archive-unreachable']);
  });

  it('sends an object again when the archive’s line broke in the middle of it', async () => {
    camera.record(3_000_000);
    archive.cutAfter = 1_000_000;
    await dock();
    await complete();
    assert.ok(archive.spoiled >= 1_000_000);
    assert.deepEqual(messages.alarms, []);
  });

  describe('with a camera that lies', () => {
    const bad: readonly [what: string, code: string, lie: () => void][] = [
      [
        'sends other bytes',
        'object-altered',
        () => {
          camera.lies.object = (object, bytes) => (object === target ? bent(bytes) : bytes);
        },
      ],
      [
        'ends an object early',
        'object-cut',
        () => {
          wire.faults.length = (object, size) => (object === target ? size - 1 : size);
          camera.lies.object = (object, bytes) => (object === target ? shorter(bytes) : bytes);
        },
      ],
      [
        'never ends an object',
        'object-too-long',
        () => {
          wire.faults.length = (object, size) => (object === target ? 'chunked' : size);
          camera.lies.object = (object, bytes) => (object === target ? endless(bytes) : bytes);
        },
      ],
      [
        'has lost an object without saying so',
        'object-missing',
        () => {
          lost = camera.objects.get(target);
          camera.objects.delete(target);
        },
      ],
    ];
    let target = '';
    let lost: ReturnType<typeof camera.objects.get>;

    for (const [what, code, lie] of bad) {
      it(`and ${what}: alarms, takes the others, and that one when it is right`, async () => {
        const [, , object = '', ...others] = camera.record(1_000, 200_000, 300_000, 1_000);
        target = object;
        lie();
        await dock();
        await eventually(() => others.every((one) => archive.model.objects.has(one)), told);
        await eventually(() => messages.codes.includes(code), told);
        assert.equal(messages.state, 'fault');
        assert.equal(archive.model.objects.has(target), false);
        assert.equal(archive.model.receipted(name), 0);
        assert.equal(messages.alarms.find((alarm) => alarm.code === code)?.severity, 'critical');
        camera.lies = {};
        wire.faults = {};
        if (code === 'object-missing' && lost !== undefined) camera.objects.set(target, lost);
        await complete();
        assert.deepEqual(messages.codes, [code], 'each is told once');
      });
    }

    const refused: readonly [what: string, code: string, lie: () => void | Promise<void>][] = [
      [
        'shows a chain of another agency',
        'journal-bad',
        () => {
          const { chain } = simulatedKeys(`${stranger.dir}/camera-cam-1`);
          camera.lies.identity = (claims) => ({ ...claims, evidence: [...chain] });
        },
      ],
      [
        'calls itself another',
        'journal-bad',
        () => {
          camera.lies.identity = (claims) => ({ ...claims, device: 'cam-2' });
        },
      ],
      [
        'shows a checkpoint of another size',
        'journal-bad',
        () => {
          camera.lies.page = (page) => ({ ...page, checkpoint: camera.checkpoint(1) });
        },
      ],
      [
        'leaves entries out',
        'journal-bad',
        () => {
          camera.lies.page = (page) => ({ ...page, entries: page.entries.slice(1) });
        },
      ],
      [
        'changes an entry under its old checkpoint',
        'journal-bad',
        () => {
          camera.lies.page = (page) => ({
            ...page,
            entries: [page.entries[0] ?? '', ...page.entries.slice(2), page.entries[1] ?? ''],
          });
        },
      ],
      [
        'speaks out of schema',
        'camera-broke-protocol',
        () => {
          camera.lies.identity = (claims) => ({ ...claims, size: -1 });
        },
      ],
    ];
    for (const [what, code, lie] of refused) {
      it(`and ${what}: refuses it and alarms`, async () => {
        camera.record(1_000);
        await lie();
        await dock();
        await state('refused');
        assert.deepEqual(messages.codes, [code]);
        assert.equal(camera.objects.size, 2, 'the camera erased something');
      });
    }

    it('and forked its journal: refuses what contradicts the archive', async () => {
      const clone = camera.fork();
      camera.record(1_000);
      await dock();
      await complete();
      clone.record(2_000);
      clone.record(3_000);
      wire.camera = clone;
      await wire.pull();
      await state('empty');
      await wire.insert();
      await state('refused');
      await eventually(() => messages.codes.length > 1, told);
      assert.deepEqual(messages.codes, ['journal-bad', 'journal-forked']);
      assert.equal(clone.objects.size, 4);
    });

    it('and forgot its past: refuses it', async () => {
      const clone = camera.fork();
      camera.record(1_000);
      await dock();
      await complete();
      wire.camera = clone;
      await wire.pull();
      await state('empty');
      await wire.insert();
      await state('refused');
      assert.deepEqual(messages.codes, ['journal-rolled-back']);
    });

    it('and says nothing at all: waits, and says so', async () => {
      wire.faults.mute = true;
      await dock();
      await state('fault');
      assert.deepEqual(messages.codes, ['camera-unreachable']);
      wire.faults.mute = false;
      await complete();
    });
  });

  describe('with who is not who', () => {
    const inTheBay = [
      [
        'a camera of another agency',
        () => `${stranger.dir}/camera-cam-1`,
        'camera',
        'camera-of-another-agency',
      ],
      ['a dock', () => `${test.dir}/dock-dock-1`, 'dock', 'camera-not-trusted'],
      ['an archive', () => `${test.dir}/archive-arc`, 'archive', 'camera-not-trusted'],
      ['a camera whose certificate is over', () => `${test.dir}/camera-cam-old`, 'camera', 'camera-expired'],
      ['an agency that took our name', () => `${impostor.dir}/camera-cam-1`, 'camera', 'camera-unknown'],
    ] as const;
    for (const [what, directory, role, code] of inTheBay) {
      it(`in the bay (${what}): refuses it, and no byte of it is read`, async () => {
        wire = new WireCamera(camera, directory(), role);
        await dock();
        await state(code === 'camera-unknown' ? 'unknown' : 'refused');
        assert.deepEqual(messages.codes, [code]);
        assert.deepEqual(archive.requests, []);
        assert.deepEqual(camera.times, []);
      });
    }

    it('in the bay (a device that is no machine of anybody’s): calls it unknown', async () => {
      const device = await strangeDevice();
      await dock(device.url);
      await state('unknown');
      assert.deepEqual(messages.codes, ['camera-unknown']);
      assert.deepEqual(archive.requests, []);
      await device.close();
    });

    for (const [what, file] of [
      ['line', 'tls.pem'],
      ['journal', 'evidence.pem'],
    ] as const) {
      it(`in the bay (a camera whose ${what} is revoked): refuses it, and touches nothing`, async () => {
        const [leaf = ''] = splitPem(readFileSync(`${test.dir}/camera-cam-1/${file}`, 'utf8'));
        const { serial } = issuedAs(leaf);
        revocations = { revoked: (one) => one.serial === serial };
        camera.record(1_000);
        await dock();
        await state('refused');
        assert.deepEqual(messages.codes, ['camera-revoked']);
        assert.match(messages.alarms[0]?.detail ?? '', /cam-1/);
        assert.deepEqual([archive.requests, wire.asked, camera.times], [[], [], []]);
        assert.equal(camera.objects.size, 2);
      });
    }

    it('in the archive’s place: sends it nothing', async () => {
      camera.record(1_000);
      await archive.vanish();
      archive = new WireArchive(`${stranger.dir}/archive-arc`);
      await archive.open();
      await dock();
      await state('fault');
      assert.deepEqual(messages.codes, ['archive-not-trusted']);
      assert.deepEqual(archive.requests, []);
      assert.equal(camera.objects.size, 2);
    });
  });

  it('hands no receipt on that the archive of the agency did not sign, and a good one later', async () => {
    camera.record(1_000);
    const { chain } = simulatedKeys(`${test.dir}/camera-cam-2`);
    archive.model.faults.receipt = (delivery) => ({ ...delivery, evidence: [...chain] });
    await dock();
    await state('fault');
    assert.deepEqual(messages.codes, ['receipt-bad']);
    assert.equal(camera.objects.size, 2);
    archive.model.faults = {};
    await complete();
  });

  it('waits for a receipt that comes late', async () => {
    camera.record(1_000);
    archive.model.faults.slowReceipt = true;
    await dock();
    await eventually(() => archive.model.objects.size === 2, told);
    assert.equal(messages.state, 'transferring');
    archive.model.faults.slowReceipt = false;
    await complete();
    assert.deepEqual(messages.alarms, []);
  });

  it('tells of its progress, at most once a second', async function () {
    this.timeout(60_000);
    camera.recordObjects([generatedObject(60_000_000), generatedObject(60_000_000)]);
    const started = performance.now();
    await dock();
    await complete();
    await eventually(
      () => messages.told.at(-1)?.objects === 3,
      () => JSON.stringify(messages.told.at(-1)),
    );
    const last = messages.told.at(-1);
    assert.equal(last?.bytes, 120_000_400);
    assert.deepEqual([last.totalBytes, last.totalObjects, last.remaining], [120_000_400, 3, 0]);
    const seconds = (performance.now() - started) / 1_000;
    assert.ok(messages.told.length <= seconds + 1, `${messages.told.length} times in ${seconds} s`);
  });
});

async function* bent(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) yield piece.map((byte, n) => (n === 0 ? byte ^ 1 : byte));
}

async function* shorter(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined;
  for await (const piece of bytes) {
    if (held !== undefined) yield held;
    held = piece;
  }
  if (held !== undefined) yield held.subarray(0, -1);
}

async function* endless(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
  for (;;) yield new Uint8Array(65_536);
}
