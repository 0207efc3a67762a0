import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { hashPassphrase } from '../../../dock-agent/adapters/kiosk/passphrase.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { KioskListener } from '../../support/dock-agent/kiosk-listener.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { freePort } from '../../support/processes.ts';
import { ask, type Answered } from '../../support/web-page.ts';

const LONG_MS = 60_000;
const PASSPHRASE = 'correct horse battery';

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

  it('leaves a bay alone that a technician switched off, also after a kill, until it is switched on', async () => {
    const technicianFile = `${test.dir}/technician`;
    writeFileSync(technicianFile, await hashPassphrase(PASSPHRASE), { mode: 0o600 });
    dock = docking({ port: await freePort(), technicianFile });
    const { kiosk = '' } = await dock.start();
    const order = async (path: string, body: object, cookie = ''): Promise<Answered> => {
      const headers = { origin: kiosk, 'content-type': 'application/json', cookie };
      return await ask(kiosk + path, { method: 'POST', headers, body });
    };
    const signIn = async (): Promise<string> => {
      const { headers } = await order('/service/sign-in', { passphrase: PASSPHRASE });
      return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    };
    await page.open(kiosk);
    await shows('ready');
    await order('/service/switch', { bay: 1, on: false }, await signIn());
    await shows('off');
    await dock.end('SIGKILL');
    camera.record(1_000);
    await dock.start();
    page = await new KioskListener().open(kiosk);
    await shows('off');
    const cookie = await signIn();
    await order('/service/switch', { bay: 1, on: true }, cookie);
    await shows('ready');
    await order('/service/retry', { bay: 1 }, cookie);
    await shows('ready');
    await eventually(
      () => camera.objects.size === 0,
      () => dock.error,
      LONG_MS,
    );
    const { text } = await ask(`${kiosk}/service/log`, { headers: { cookie } });
    assert.match(text, /a technician has switched this bay/);
    assert.doesNotMatch(text + dock.error, new RegExp(PASSPHRASE));
    await order('/service/switch', { bay: 1, on: false }, cookie);
    await shows('off');
    await dock.end('SIGKILL');
    chmodSync(technicianFile, 0o644);
    await dock.start();
    page = await new KioskListener().open(kiosk);
    await shows('off');
  });

  it('has no service page while the technician’s file is no good', async () => {
    dock = docking({ port: 0, technicianFile: `${test.dir}/nothing-there` });
    const { kiosk = '' } = await dock.start();
    const headers = { origin: kiosk, 'content-type': 'application/json' };
    const body = { passphrase: PASSPHRASE };
    assert.equal((await ask(`${kiosk}/service/sign-in`, { method: 'POST', headers, body })).status, 404);
    assert.match(dock.error, /no service page/);
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
