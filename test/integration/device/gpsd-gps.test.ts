import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createLog } from '@mingjing/runtime';
import { GpsdGps } from '../../../device/adapters/gpsd-gps.ts';
import type { TimeReading } from '../../../device/ports/time-source.ts';
import { until } from '../../support/processes.ts';
import { TurnableClock } from '../../support/turnable-clock.ts';

const quiet = createLog('test', { level: 'silent' });
/** As gpsd 3.22 of Debian 12 said it. */
const TPV = {
  class: 'TPV',
  device: '/dev/ttyS1',
  mode: 3,
  time: '2026-11-20T08:00:00.000Z',
  ept: 0.005,
  lat: 31.2304,
  lon: 121.4737,
  altHAE: 20,
  altMSL: 12,
  alt: 12,
  track: 84.4,
  speed: 1.492,
};
const SKY = {
  class: 'SKY',
  device: '/dev/ttyS1',
  hdop: 0.9,
  satellites: [
    { PRN: 1, used: true },
    { PRN: 2, used: false },
  ],
};

/** Somebody who sits on gpsd's port. */
class Stranger {
  readonly sockets: Socket[] = [];
  readonly heard: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.setEncoding('utf8');
      socket.on('data', (text) => this.heard.push(String(text)));
      socket.on('error', () => undefined);
    });
  }

  async open(port = 0): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  say(...reports: unknown[]): void {
    for (const report of reports) {
      const text = typeof report === 'string' ? report : JSON.stringify(report);
      this.sockets.at(-1)?.write(`${text}\r\n`);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('gpsd receiver', function () {
  this.timeout(30_000);
  let clock: TurnableClock;
  let stranger: Stranger;
  let port: number;
  let source: GpsdGps;
  let readings: TimeReading[];

  beforeEach(async () => {
    clock = new TurnableClock();
    stranger = new Stranger();
    port = await stranger.open();
    source = new GpsdGps({ host: '127.0.0.1', port }, clock, quiet);
    readings = [];
    source.onTime((reading) => readings.push(reading));
    await until('it asks', () => stranger.heard.join('').includes('?WATCH={"enable":true,"json":true};'));
  });

  afterEach(async () => {
    await source.close();
    await stranger.close();
  });

  it('reads position, time and sky', async () => {
    stranger.say(SKY, TPV);
    const here = await until('a fix', () => source.latest());
    const { age, ...place } = here;
    assert.ok(age < 5_000);
    assert.deepEqual(place, { lat: 31.2304, lon: 121.4737, alt: 12, speed: 1.49, course: 84.4 });
    const { state, fix, satellitesInView, satellitesUsed, hdop } = source.health();
    assert.deepEqual([state, fix, satellitesInView, satellitesUsed, hdop], ['fix', '3D', 2, 1, 0.9]);
    const { at } = await until('the time', () => readings[0]);
    assert.equal(at, '2026-11-20T08:00:00.400Z');
  });

  it('knows a gpsd without a receiver from a receiver that is silent, and from one that searches', async () => {
    stranger.say({ class: 'VERSION', release: '3.22' }, { class: 'DEVICES', devices: [] });
    assert.equal(source.health().state, 'no-line');
    stranger.say({ class: 'DEVICES', devices: [{ path: '/dev/ttyS1' }] });
    await until('it has a device', () => source.health().state === 'searching');
    clock.ahead += 5_000;
    assert.equal(source.health().state, 'silent');
    stranger.say({ class: 'TPV', mode: 1 });
    await until('it speaks', () => source.health().state === 'searching');
    stranger.say({ class: 'DEVICE', path: '/dev/ttyS1', activated: 0 });
    await until('it is unplugged', () => source.health().state === 'no-line');
  });

  it('believes no simulated fix, no impossible place, nothing out of schema, and no time without a fix', async () => {
    stranger.say(TPV);
    await until('the time', () => readings.length > 0);
    clock.ahead += 2_000;
    readings.length = 0;
    stranger.say(
      { ...TPV, lat: 32, status: 8 },
      { ...TPV, lat: 91 },
      { ...TPV, lat: '33' },
      { ...TPV, lat: undefined },
      { ...TPV, mode: 1, lat: 34 },
      { ...TPV, mode: 99 },
      { ...SKY, satellites: 'many' },
      { class: 'ERROR', message: 'no' },
      '{"class":"TPV","mode":3,"lat":1e999,"lon":1}',
      'null',
      '[]',
      '{',
      '['.repeat(10_000),
      'x'.repeat(1_000_000),
    );
    const bad = await until('all is read', () => {
      const { sentences } = source.health();
      return sentences.bad >= 10 ? sentences.bad : undefined;
    });
    assert.equal(bad, 10);
    assert.equal(source.latest()?.lat, 31.2304);
    assert.deepEqual(readings, []);
    stranger.say({ ...TPV, time: 'yesterday', lat: 35 });
    await until('the line is still good', () => source.latest()?.lat === 35);
    assert.deepEqual(readings, []);
  });

  it('holds no more than a line of what never ends', async () => {
    const piece = 'y'.repeat(1024 * 1024);
    const before = process.memoryUsage().rss;
    const [socket] = stranger.sockets;
    for (let n = 0; n < 100; n += 1) if (socket?.write(piece) === false) await once(socket, 'drain');
    stranger.say('', TPV);
    await until('a fix after it', () => source.latest());
    assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
  });

  it('takes up the line again, whenever gpsd is back', async () => {
    stranger.say(TPV);
    await until('a fix', () => source.latest());
    await stranger.close();
    await until('it notices', () => source.health().state === 'no-line');
    stranger = new Stranger();
    await stranger.open(port);
    await until('it asks again', () => stranger.heard.length > 0);
    stranger.say({ ...TPV, lat: 36 });
    await until('a fix', () => source.latest()?.lat === 36);
  });
});
