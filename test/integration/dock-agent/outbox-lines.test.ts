import assert from 'node:assert/strict';
import { createLog, HttpsArchive, loadTlsIdentity } from '@mingjing/runtime';
import { DiskOutbox } from '../../../dock-agent/adapters/disk-outbox/disk-outbox.ts';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { TcpPresence } from '../../../dock-agent/adapters/tcp-presence.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { CachingArchive } from '../../../dock-agent/shell/caching-archive.ts';
import { DockAlarms } from '../../../dock-agent/shell/dock-alarms.ts';
import { Forwarder } from '../../../dock-agent/shell/forwarder.ts';
import { Uplink } from '../../../dock-agent/shell/uplink.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { ThinLine } from '../../support/thin-line.ts';

const IDLE_MS = 400;
const PRESENCE_MS = 10;
const PROBE_MS = 200;

describe('a dock with an outbox over real lines', function () {
  this.timeout(60_000);
  const temporary = temporaryDirectories();
  let test: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let uplinkLine: ThinLine;
  let cameraLine: ThinLine;
  let messages: NotedMessages;
  let store: DiskOutbox;
  let stop: () => Promise<void>;

  before(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
  });
  after(() => test.close());
  beforeEach(async () => {
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    archive = new WireArchive(`${test.dir}/archive-arc`);
    await Promise.all([archive.open(), wire.insert()]);
    uplinkLine = await new ThinLine(Number(new URL(archive.url).port)).open();
    cameraLine = await new ThinLine(Number(new URL(wire.url).port)).open();
    messages = new NotedMessages();
    begin();
  });
  afterEach(async () => {
    await stop();
    await Promise.all([uplinkLine.break(), cameraLine.break(), wire.pull(), archive.vanish()]);
  });

  function begin(): void {
    const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
    const line = (): HttpsArchive =>
      new HttpsArchive(`https://127.0.0.1:${uplinkLine.port}`, identity, IDLE_MS);
    const url = `https://127.0.0.1:${cameraLine.port}`;
    const trust = { agency: test.agency, roots: test.roots };
    const log = createLog('test', { level: 'silent' });
    store = new DiskOutbox({ directory: temporary(), maxBytes: 1_000_000_000, reserveBytes: 0 });
    const alarms = new DockAlarms(messages);
    const uplink = new Uplink(systemClock, PROBE_MS);
    const common = { store, uplink, alarms, trust, clock: systemClock, log };
    const forwarder = new Forwarder({ ...common, archive: line() });
    const runner = new BayRunner({
      bay: 1,
      presence: new TcpPresence(url, PRESENCE_MS),
      openCamera: () => new HttpsCamera(url, identity, IDLE_MS),
      archive: new CachingArchive({ ...common, archive: line() }),
      messages,
      clock: systemClock,
      trust,
      log,
    });
    stop = async () => {
      await Promise.all([runner.stop(), forwarder.stop()]);
      store.close();
    };
    forwarder.start();
    runner.start();
  }
  const told = (): string =>
    `${messages.states.join()} ${messages.alarms.map(({ code, detail }) => `${code}: ${detail}`).join()} ${JSON.stringify(store.usage())}`;
  const freed = (): boolean => camera.objects.size === 0 && store.usage().files === 0;
  const objects = (): string[] =>
    Array.from({ length: 4 }, () => 3_000_000).flatMap((size) => camera.record(size));

  const uplinkFaults: readonly [what: string, fails: () => unknown, mends: () => unknown][] = [
    ['is cut', () => uplinkLine.break(), () => uplinkLine.open()],
    ['stalls', () => void (uplinkLine.stalled = true), () => void (uplinkLine.stalled = false)],
    ['has no archive at its end', () => archive.vanish(), () => archive.open()],
  ];
  for (const [what, fails, mends] of uplinkFaults) {
    it(`when the uplink ${what} in the middle of an object: the rest is kept, and all is brought in after`, async () => {
      uplinkLine.bytesPerSecond = 20_000_000;
      const named = objects();
      await eventually(() => archive.model.objects.size >= 1, told);
      await fails();
      const somewhere = (): boolean =>
        named.every((object) => archive.model.objects.has(object) || store.holds(object));
      await eventually(somewhere, told, 30_000);
      assert.ok(
        named.every((object) => camera.objects.has(object)),
        'freed without a receipt',
      );
      uplinkLine.bytesPerSecond = undefined;
      await mends();
      await eventually(freed, told, 30_000);
      assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    });
  }

  for (const [what, fails, mends] of [
    ['is cut', () => cameraLine.break(), () => cameraLine.open()],
    ['stalls', () => void (cameraLine.stalled = true), () => void (cameraLine.stalled = false)],
  ] as const) {
    it(`when the camera’s line ${what} while its footage goes into the outbox: goes on where it was`, async () => {
      await uplinkLine.break();
      cameraLine.bytesPerSecond = undefined;
      const named = objects();
      await eventually(() => named.some((object) => store.holds(object)), told, 30_000);
      await fails();
      await eventually(
        () => messages.state === 'empty' || messages.state === 'fault' || what === 'stalls',
        told,
      );
      await mends();
      await eventually(() => named.every((object) => store.holds(object)), told, 40_000);
      await uplinkLine.open();
      await eventually(freed, told, 30_000);
      assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    });
  }
});
