/** Run in a network namespace of its own that has an interface `cam0` with the address fe80::1. */
import { createLog, HttpsArchive, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { UsbPresence } from '../../../dock-agent/adapters/usb-presence.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency } from '../agency.ts';
import { eventually } from './eventually.ts';
import { FakeSysfs } from './fake-sysfs.ts';
import { NotedMessages } from './noted-messages.ts';
import { WireArchive } from './wire-archive.ts';
import { simulatedKeys, WireCamera } from './wire-camera.ts';

const test = await makeTestAgency();
await test.enrol('camera', 'cam-1');
await test.enrol('dock', 'dock-1');
await test.enrol('archive', 'arc');
const camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
camera.record(100_000, 2_000_000);
const wire = new WireCamera(camera, `${test.dir}/camera-cam-1`, 'camera', 'fe80::1%cam0');
const archive = new WireArchive(`${test.dir}/archive-arc`);
await wire.insert();
await archive.open();
const sysfs = new FakeSysfs(`${test.dir}/sys`);
const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
const presence = new UsbPresence({
  port: '1-1.4',
  camera: { host: 'fe80::1', port: wire.port },
  sysfs: sysfs.root,
  intervalMs: 5,
});
const messages = new NotedMessages();
const runner = new BayRunner({
  bay: 1,
  presence,
  openCamera: () => new HttpsCamera(presence.url, identity),
  archive: new HttpsArchive(archive.url, identity),
  messages,
  clock: systemClock,
  trust: { agency: test.agency, roots: test.roots },
  log: createLog('test', { level: 'warn' }),
});
runner.start();
sysfs.plug('cam0', '1-1.4');
try {
  await eventually(
    () => messages.state === 'ready',
    () => messages.states.join(),
  );
  process.stdout.write(`ready, ${camera.objects.size} objects left\n`);
  sysfs.unplug('cam0');
  await eventually(
    () => messages.state === 'empty',
    () => messages.states.join(),
  );
} finally {
  await runner.stop();
  await wire.pull();
  await archive.vanish();
  test.close();
}
