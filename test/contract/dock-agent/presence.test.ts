import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TcpPresence } from '../../../dock-agent/adapters/tcp-presence.ts';
import { UsbPresence } from '../../../dock-agent/adapters/usb-presence.ts';
import type { Presence } from '../../../dock-agent/ports/presence.ts';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { FakeSysfs } from '../../support/dock-agent/fake-sysfs.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

interface Bench {
  readonly presence: Presence;
  insert(): Promise<void>;
  pull(): Promise<void>;
}

function simulatedBench(): Promise<Bench> {
  const presence = new SimulatedPresence();
  return Promise.resolve({
    presence,
    insert: async () => {
      presence.insert();
      await Promise.resolve();
    },
    pull: async () => {
      presence.pull();
      await Promise.resolve();
    },
  });
}

async function tcpBench(): Promise<Bench> {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  let port = 0;
  const insert = async (): Promise<void> => {
    const opened = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined).once('close', () => sockets.delete(socket)));
    });
    server = opened;
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    port = (opened.address() as AddressInfo).port;
  };
  const pull = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    const closed = new Promise((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await insert();
  await pull();
  return { presence: new TcpPresence(`https://127.0.0.1:${port}`, 5), insert, pull };
}

function usbBench(directory: string): Promise<Bench> {
  const sysfs = new FakeSysfs(directory);
  const camera = { host: 'fe80::1', port: 8443 };
  let plugged = false;
  return Promise.resolve({
    presence: new UsbPresence({ port: '1-1.4', camera, sysfs: directory, intervalMs: 5 }),
    insert: () => {
      sysfs.plug('usb0', '1-1.4');
      plugged = true;
      return Promise.resolve();
    },
    pull: () => {
      if (plugged) sysfs.unplug('usb0');
      plugged = false;
      return Promise.resolve();
    },
  });
}

for (const [kind, make] of [
  ['simulated', simulatedBench],
  ['TCP', tcpBench],
  ['USB', usbBench],
] as const) {
  describe(`presence (${kind})`, () => {
    const directory = temporaryDirectories();
    let bench: Bench;
    let seen: boolean[];
    beforeEach(async () => {
      bench = await make(directory());
      seen = [];
    });
    afterEach(async () => {
      await bench.presence.stop();
      await bench.pull();
    });
    const start = (): void => bench.presence.start((present) => seen.push(present));
    const until = async (...expected: boolean[]): Promise<void> => {
      await eventually(
        () => seen.length >= expected.length,
        () => seen.join(),
      );
      assert.deepEqual(seen, expected);
    };

    it('tells of a camera that was in before', async () => {
      await bench.insert();
      start();
      await until(true);
    });

    it('tells of each coming and going, in turn', async () => {
      start();
      await bench.insert();
      await until(true);
      await bench.pull();
      await until(true, false);
      await bench.insert();
      await until(true, false, true);
    });

    it('is silent once it has stopped', async () => {
      start();
      await bench.insert();
      await until(true);
      await bench.presence.stop();
      await bench.pull();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(seen, [true]);
    });
  });
}
