import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cameraAnswer, MulticastLink } from '@mingjing/runtime';
import { encode } from 'dns-packet';
import { MdnsBeacon } from '../../../device/adapters/mdns-beacon.ts';
import { MdnsBrowser } from '../../../dock-agent/adapters/mdns-browser.ts';
import type { CameraSpot } from '../../../dock-agent/ports/camera-spot.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';

const GROUP = '239.255.77.77';
const ASK_MS = 30;

describe('cameras that announce themselves on a network', () => {
  let place: { interface: string; group: string; port: number };
  let spot: CameraSpot;
  let seen: string[];
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    const probe = createSocket('udp4').bind(0, '127.0.0.1');
    await once(probe, 'listening');
    place = { interface: 'lo', group: GROUP, port: probe.address().port };
    probe.close();
    seen = [];
    spot = new MdnsBrowser(place, ASK_MS).spot('cam-1');
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const watch = (): void => {
    spot.start((present) => seen.push(present ? spot.url : 'gone'));
    closing.push(() => spot.stop());
  };
  const announce = (device: string, port: number): MdnsBeacon => {
    const beacon = new MdnsBeacon(device, place);
    beacon.up(port);
    closing.push(() => beacon.down());
    return beacon;
  };
  const until = async (...expected: string[]): Promise<void> => {
    await eventually(
      () => seen.length >= expected.length,
      () => seen.join(),
    );
    assert.deepEqual(seen, expected);
  };
  const pause = (ms = 10 * ASK_MS): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** Who says what he likes. */
  const stranger = async (address = '127.0.0.1'): Promise<(bytes: Uint8Array) => void> => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true }).bind(0, address);
    await once(socket, 'listening');
    closing.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    return (bytes) => socket.send(bytes, place.port, '127.0.0.1');
  };

  it('are found, come first or later, and are gone when they say goodbye', async () => {
    const first = announce('cam-1', 8443);
    watch();
    await until('https://127.0.0.1:8443');
    await first.down();
    await until('https://127.0.0.1:8443', 'gone');
    announce('cam-1', 9443);
    await until('https://127.0.0.1:8443', 'gone', 'https://127.0.0.1:9443');
  });

  it('stay as long as they answer', async () => {
    announce('cam-1', 8443);
    watch();
    await pause();
    assert.deepEqual(seen, ['https://127.0.0.1:8443']);
  });

  it('are gone when they are not heard for three questions', async () => {
    const say = await stranger();
    watch();
    await pause(ASK_MS);
    say(encode(cameraAnswer('cam-1', 8443, '127.0.0.1', true)));
    await until('https://127.0.0.1:8443', 'gone');
  });

  it('are others’ affair when nobody waits for them', async () => {
    announce('cam-2', 8443);
    watch();
    await pause();
    assert.deepEqual(seen, []);
  });

  it('are asked where they speak from, whatever address they name', async () => {
    const say = await stranger();
    watch();
    await pause(ASK_MS);
    say(encode(cameraAnswer('cam-1', 8443, '10.9.8.7', true)));
    await until('https://127.0.0.1:8443', 'gone');
  });

  it('are neither moved nor sent away by who speaks from elsewhere', async () => {
    announce('cam-1', 8443);
    watch();
    await until('https://127.0.0.1:8443');
    const say = await stranger('127.0.0.2');
    for (let n = 0; n < 5; n += 1) {
      say(encode(cameraAnswer('cam-1', 666, '127.0.0.2', true)));
      say(encode(cameraAnswer('cam-1', 666, '127.0.0.2', false)));
      await pause(ASK_MS);
    }
    assert.deepEqual(seen, ['https://127.0.0.1:8443']);
  });

  it('come and leave once a question, however often somebody says so', async () => {
    const slow = new MdnsBrowser(place, 60_000).spot('cam-1');
    let changes = 0;
    slow.start(() => (changes += 1));
    closing.push(() => slow.stop());
    const say = await stranger();
    await pause(ASK_MS);
    for (let n = 0; n < 50; n += 1) {
      say(encode(cameraAnswer('cam-1', 8443 + (n % 2), '127.0.0.1', true)));
      say(encode(cameraAnswer('cam-1', 8443, '127.0.0.1', false)));
    }
    await pause();
    assert.equal(changes, 2);
  });

  it('are found through garbage and a flood', async () => {
    const say = await stranger('127.0.0.3');
    watch();
    await pause(ASK_MS);
    const good = encode(cameraAnswer('cam-9', 1, '127.0.0.1', true));
    for (let n = 0; n < 2_000; n += 1) {
      const bent = Uint8Array.from(good, (byte) =>
        Math.random() < 0.05 ? Math.floor(Math.random() * 256) : byte,
      );
      say(
        n % 10 === 0
          ? new Uint8Array(1_400).fill(0xc0)
          : bent.subarray(0, 1 + Math.floor(Math.random() * bent.length)),
      );
    }
    await pause(1_200);
    announce('cam-1', 8443);
    await until('https://127.0.0.1:8443');
  });

  it('are not believed with a port that is none, or a name that is none', async () => {
    const say = await stranger();
    watch();
    await pause(ASK_MS);
    const answer = cameraAnswer('cam-1', 0, '127.0.0.1', true);
    say(encode(answer));
    say(encode(cameraAnswer('cam-1.evil', 8443, '127.0.0.1', true)));
    say(encode({ ...cameraAnswer('cam-1', 8443, '127.0.0.1', true), type: 'query' }));
    await pause();
    assert.deepEqual(seen, []);
  });

  it('are looked for on a network that is not there yet, without harm', async () => {
    const none = new MdnsBrowser({ ...place, interface: 'nosuch0' }, 5).spot('cam-1');
    none.start(() => assert.fail());
    await pause(50);
    await none.stop();
    const link = new MulticastLink({ ...place, interface: 'nosuch0' }, () => assert.fail());
    link.refresh();
    link.send(cameraAnswer('cam-1', 1, '127.0.0.1', true));
    assert.equal(link.address, undefined);
    link.close();
  });
});
