import assert from 'node:assert/strict';
import { createLog, HttpsArchive, loadTlsIdentity, PeerRefusal } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { TcpPresence } from '../../../dock-agent/adapters/tcp-presence.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { generatedObject } from '../../support/dock-agent/generated-object.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { ThinLine } from '../../support/thin-line.ts';

const IDLE_MS = 400;
const PRESENCE_MS = 10;
const LARGE = 20_000_000;

describe('a bay whose lines fail, without an outbox', function () {
  this.timeout(90_000);
  let test: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let uplinkLine: ThinLine;
  let cameraLine: ThinLine;
  let messages: NotedMessages;
  let runner: BayRunner;
  const name = { device: 'cam-1', epoch: 1 };

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
    cameraLine = await new ThinLine(wire.port).open();
    messages = new NotedMessages();
    const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
    const url = `https://127.0.0.1:${cameraLine.port}`;
    runner = new BayRunner({
      bay: 1,
      presence: new TcpPresence(url, PRESENCE_MS),
      openCamera: () => new HttpsCamera(url, identity, IDLE_MS),
      archive: new HttpsArchive(`https://127.0.0.1:${uplinkLine.port}`, identity, IDLE_MS),
      messages,
      clock: systemClock,
      trust: { agency: test.agency, roots: test.roots },
      log: createLog('test', { level: 'silent' }),
    });
  });
  afterEach(async () => {
    await runner.stop();
    await Promise.all([uplinkLine.break(), cameraLine.break(), wire.pull(), archive.vanish()]);
  });

  const told = (): string =>
    `${messages.states.join()} ${messages.alarms.map(({ code, detail }) => `${code}: ${detail}`).join()}`;
  const complete = async (): Promise<void> => {
    const done = (): boolean =>
      messages.state === 'ready' && camera.objects.size === 0 && archive.model.size(name) === camera.size;
    await eventually(done, told, 60_000);
  };
  /** In the middle of the second of three large objects. */
  const underWay = async (): Promise<string[]> => {
    const named = camera.recordObjects([1, 2, 3].map(() => generatedObject(LARGE)));
    runner.start();
    await eventually(() => wire.asked.length >= 3, told);
    return named;
  };
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  for (const [side, line] of [
    ['camera', () => cameraLine],
    ['archive', () => uplinkLine],
  ] as const) {
    for (const [what, fails, mends] of [
      ['is cut', () => line().break(), () => line().open()],
      ['stalls', () => void (line().stalled = true), () => void (line().stalled = false)],
      ['bends a byte', () => void (line().bends = true), () => undefined],
    ] as const) {
      it(`the line to the ${side} ${what} in the middle of an object: nothing is freed early, and all ends well`, async () => {
        const named = await underWay();
        await fails();
        await pause(3 * IDLE_MS);
        if (archive.model.receipted(name) === 0)
          assert.ok(
            named.every((object) => camera.objects.has(object)),
            'freed without a receipt',
          );
        await mends();
        await complete();
        assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
        assert.ok(!messages.codes.some((code) => code.startsWith('object-')), told());
      });
    }
  }

  const lies: readonly [what: string, code: string, lie: (target: string) => void][] = [
    [
      'says that what it was sent is altered',
      'object-refused',
      () => {
        let refused = 0;
        archive.model.faults.call = (call) => {
          if (call === 'put' && (refused += 1) <= 2) throw new PeerRefusal('digest-mismatch', 'no');
        };
      },
    ],
    [
      'takes a page and holds no more than before',
      'archive-stands-still',
      () => {
        let lied = 0;
        archive.model.faults.state = (state) =>
          (lied += 1) <= 12 ? { ...state, size: 0, missing: [] } : state;
      },
    ],
    [
      'asks for an object that nobody has',
      'object-missing',
      () => {
        let lied = 0;
        archive.model.faults.state = (state) =>
          state.size > 0 && (lied += 1) <= 4
            ? { ...state, missing: [{ object: 'ff'.repeat(32), size: 9 }, ...state.missing] }
            : state;
      },
    ],
  ];
  for (const [what, code, lie] of lies) {
    it(`an archive that ${what}: alarms, frees nothing early, and ends well when it is honest`, async () => {
      const named = camera.record(1_000, 200_000, 1_000);
      lie(named[1] ?? '');
      runner.start();
      await eventually(() => messages.codes.includes(code), told, 60_000);
      assert.equal(camera.objects.size, named.length, 'freed without a receipt');
      await complete();
      assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    });
  }

  it('a camera that is put in and pulled out again and again, in the middle of everything: all is brought in', async () => {
    const named = camera.recordObjects([1, 2, 3].map(() => generatedObject(LARGE)));
    runner.start();
    for (let n = 0; n < 12; n += 1) {
      await pause(40 + Math.random() * 200);
      await cameraLine.break();
      await eventually(() => messages.state === 'empty' || messages.states.length === 0, told);
      await cameraLine.open();
    }
    await complete();
    assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    assert.deepEqual(messages.alarms, [], 'pulling a camera out is no alarm');
  });
});
