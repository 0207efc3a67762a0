import assert from 'node:assert/strict';
import { MdnsBeacon } from '../../../device/adapters/mdns-beacon.ts';
import { announced } from '../../../device/shell/announced-docking.ts';
import { MdnsBrowser } from '../../../dock-agent/adapters/mdns-browser.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

describe('a dock’s process, and a camera on its network', function () {
  this.timeout(60_000);
  let test: TestAgency;
  let archive: WireArchive;
  let dock: DockProcess | undefined;
  beforeEach(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
    archive = new WireArchive(`${test.dir}/archive-arc`);
    await archive.open();
  });
  afterEach(async () => {
    await dock?.end('SIGKILL');
    await archive.vanish();
    test.close();
  });
  const make = (more: object): DockProcess =>
    new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: archive.url,
      log: { level: 'warn' },
      ...more,
    });

  it('brings it in, wherever it is, once it announces itself', async () => {
    const camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    const wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    const named = camera.record(100_000, 1_000_000);
    dock = make({ lan: 'lo', bays: [{ bay: 1, device: 'cam-1' }] });
    await dock.start();
    await wire.insert();
    const link = announced(
      { port: wire.port, attached: true, attach: () => wire.insert(), detach: () => wire.pull() },
      new MdnsBeacon('cam-1', { interface: 'lo' }),
    );
    await link.attach();
    await eventually(
      () => camera.objects.size === 0,
      () => dock?.error ?? '',
      30_000,
    );
    await link.detach();
    assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    assert.equal(await dock.end('SIGTERM'), 0);
  });

  it('sees a real camera while it is docked, and at no other time', async () => {
    const camera = await CameraProgram.fast(`${test.dir}/cam`, `${test.dir}/camera-cam-1`, {
      docking: { host: '127.0.0.1', port: 0, announce: 'lo' },
    });
    const spot = new MdnsBrowser({ interface: 'lo' }, 100).spot('cam-1');
    const seen: string[] = [];
    try {
      await camera.start();
      spot.start((present) => seen.push(present ? spot.url : 'gone'));
      await camera.ask('POST', '/dock', { attached: true });
      await eventually(
        () => seen.length === 1,
        () => camera.log(),
      );
      await camera.ask('POST', '/dock', { attached: false });
      await eventually(
        () => seen.length === 2,
        () => camera.log(),
      );
      assert.deepEqual(seen, [`https://127.0.0.1:${camera.docking}`, 'gone']);
    } finally {
      await spot.stop();
      await camera.kill();
    }
  });

  for (const [what, more, why] of [
    ['a bay that names a camera, without a network', { bays: [{ bay: 1, device: 'cam-1' }] }, /no "lan"/],
    ['two bays in one port', { bays: [1, 2].map((bay) => ({ bay, port: '1-1' })) }, /one place/],
    ['a bay of two kinds', { bays: [{ bay: 1, port: '1-1', device: 'cam-1' }] }, /bays/],
    ['a port that is none', { bays: [{ bay: 1, port: '../1-1' }] }, /bays/],
  ] as const) {
    it(`is refused in its configuration: ${what}`, async () => {
      await assert.rejects(make(more).start(), (error: Error) => {
        assert.match(error.message, /bad-config/);
        assert.match(error.message, why);
        return true;
      });
    });
  }
});
