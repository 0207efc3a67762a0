import assert from 'node:assert/strict';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { KioskListener } from '../../support/dock-agent/kiosk-listener.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { freePort } from '../../support/processes.ts';

const LONG_MS = 60_000;

describe('the dock’s process with a kiosk', function () {
  this.timeout(120_000);
  let test: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let dock: DockProcess;
  let page: KioskListener;

  beforeEach(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    archive = new WireArchive(`${test.dir}/archive-arc`);
    await archive.open();
    await wire.insert();
    page = new KioskListener();
  });
  afterEach(async () => {
    page.close();
    await dock.end('SIGKILL');
    await wire.pull();
    await archive.vanish();
    test.close();
  });

  function docking(kiosk: object): DockProcess {
    return new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: archive.url,
      bays: [{ bay: 1, camera: wire.url }],
      log: { level: 'warn' },
      kiosk,
    });
  }
  const sign = (): string | undefined => page.station?.bays[0]?.sign;
  const shows = (what: string): Promise<void> =>
    eventually(
      () => sign() === what,
      () => `${sign() ?? 'nothing'} is shown, not ${what}: ${dock.error}`,
      LONG_MS,
    );

  it('says where its page is, and shows there what the bays do, also after a kill', async () => {
    dock = docking({ port: await freePort() });
    const { kiosk = '' } = await dock.start();
    assert.match(kiosk, /^http:\/\/127\.0\.0\.1:\d+$/);
    camera.record(100_000, 200_000);
    await page.open(kiosk);
    await shows('ready');
    assert.equal(page.station?.bays[0]?.camera, 'cam-1');
    await eventually(
      () => page.station?.uplink.state === 'up',
      () => 'the uplink is not up',
    );
    await dock.end('SIGKILL');
    assert.equal((await dock.start()).kiosk, kiosk);
    page = await new KioskListener().open(kiosk);
    await shows('ready');
    await wire.pull();
    await shows('empty');
    assert.equal(await dock.end('SIGTERM'), 0);
  });

  it('shows that the archive cannot be reached, and moves footage without a page when the port is taken', async () => {
    await archive.vanish();
    camera.record(1_000);
    dock = docking({ port: 0 });
    await page.open((await dock.start()).kiosk ?? '');
    await shows('trouble');
    assert.equal(page.station?.bays[0]?.code, 'archive-unreachable');
    assert.equal(page.station.uplink.state, 'down');
    await dock.end('SIGTERM');
    await archive.open();
    dock = docking({ port: Number(new URL(archive.url).port), host: '127.0.0.1' });
    assert.equal((await dock.start()).kiosk, undefined);
    await eventually(
      () => camera.objects.size === 0,
      () => dock.error,
      LONG_MS,
    );
    assert.match(dock.error, /the port could not be opened/);
  });
});
