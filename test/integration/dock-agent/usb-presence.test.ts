import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { UsbPresence } from '../../../dock-agent/adapters/usb-presence.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { FakeSysfs } from '../../support/dock-agent/fake-sysfs.ts';
import { skip } from '../../support/skip.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const SCRIPT = join(import.meta.dirname, '../../support/dock-agent/over-link-local.ts');

describe('a bay by its USB port', () => {
  const directory = temporaryDirectories();
  let sysfs: FakeSysfs;
  let presence: UsbPresence | undefined;
  let seen: string[];
  beforeEach(() => {
    sysfs = new FakeSysfs(directory());
    sysfs.card('eth0');
    seen = [];
  });
  afterEach(async () => {
    await presence?.stop();
  });

  const watch = (port: string, host = 'fe80::1'): void => {
    const made = new UsbPresence({ port, camera: { host, port: 8443 }, sysfs: sysfs.root, intervalMs: 5 });
    presence = made;
    made.start((present) => seen.push(present ? made.url : 'gone'));
  };
  const until = async (...expected: string[]): Promise<void> => {
    await eventually(
      () => seen.length >= expected.length,
      () => seen.join(),
    );
    assert.deepEqual(seen, expected);
  };

  it('finds the camera in its port, whatever the interface is called', async () => {
    watch('1-1.4.2');
    sysfs.plug('usb0', '1-1.4.1');
    sysfs.plug('usb1', '1-1.4.2');
    await until('https://[fe80::1%25usb1]:8443');
    sysfs.unplug('usb1');
    sysfs.plug('enx0a1b2c', '1-1.4.2');
    await until('https://[fe80::1%25usb1]:8443', 'gone', 'https://[fe80::1%25enx0a1b2c]:8443');
  });

  it('takes no neighbour for its own: neither a longer way nor a shorter one', async () => {
    for (const [name, port] of [
      ['usb0', '1-1'],
      ['usb1', '1-1.4.2'],
      ['usb2', '2-1.4'],
      ['usb3', '1-1.40'],
    ] as const)
      sysfs.plug(name, port);
    watch('1-1.4');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(seen, []);
    sysfs.plug('usb4', '1-1.4');
    await until('https://[fe80::1%25usb4]:8443');
  });

  it('knows a port by its controller, whichever number the bus got', async () => {
    sysfs.plug('usb0', '3-1.4');
    watch('0000:00:14.0/1.4');
    await until('https://[fe80::1%25usb0]:8443');
  });

  it('sees a camera that went and came between two looks', async () => {
    sysfs.plug('usb0', '1-1');
    watch('1-1');
    await until('https://[fe80::1%25usb0]:8443');
    sysfs.unplug('usb0');
    sysfs.plug('usb0', '1-1');
    await until('https://[fe80::1%25usb0]:8443', 'gone', 'https://[fe80::1%25usb0]:8443');
  });

  it('asks an address that is no link’s own as it stands', async () => {
    sysfs.plug('usb0', '1-1');
    watch('1-1', '192.168.7.2');
    await until('https://192.168.7.2:8443');
  });

  it('is empty, and no more, where there is no sysfs', async () => {
    presence = new UsbPresence({
      port: '1-1',
      camera: { host: 'fe80::1', port: 1 },
      sysfs: '/nowhere',
      intervalMs: 1,
    });
    presence.start(() => assert.fail());
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('brings a camera in over a link-local address of a real interface', function () {
    this.timeout(60_000);
    const setUp = [
      'ip link set lo up',
      'ip link add cam0 type veth peer name far0',
      'ip addr add fe80::1/64 dev cam0 nodad',
      'ip link set cam0 up',
      'ip link set far0 up',
    ].join(' && ');
    const probe = spawnSync('unshare', ['-n', 'sh', '-c', setUp]);
    if (probe.status !== 0) skip(this, 'a network namespace with veth needs root');
    const run = spawnSync(
      'unshare',
      ['-n', 'sh', '-c', `${setUp} && exec "$0" "$1"`, process.execPath, SCRIPT],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /ready, 0 objects left/);
  });
});
