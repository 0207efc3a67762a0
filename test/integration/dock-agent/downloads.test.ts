import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { Downloads, HttpsPeer, loadTlsIdentity, tlsOptions } from '@mingjing/runtime';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

const IDLE_MS = 300;
const OK = 'HTTP/1.1 200 OK\r\n';

describe('bodies from a machine that answers as it likes', () => {
  let test: TestAgency;
  let server: Server;
  let peer: HttpsPeer;
  let downloads: Downloads;
  let asked: string[];
  let lines: Set<TLSSocket>;
  /** What the machine does with a request. */
  let answer: (socket: TLSSocket) => unknown;

  before(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
  });
  after(() => test.close());
  beforeEach(async () => {
    asked = [];
    lines = new Set();
    const camera = loadTlsIdentity(`${test.dir}/camera-cam-1`, 'camera');
    server = createServer(tlsOptions(camera), (socket) => {
      lines.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (request: Buffer) => {
        asked.push(request.toString());
        answer(socket);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
    peer = new HttpsPeer(url, identity, 'camera', IDLE_MS);
    downloads = new Downloads(peer, url, identity, 'camera', IDLE_MS);
  });
  afterEach(async () => {
    downloads.close();
    peer.close();
    for (const line of lines) line.destroy();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  const says = (text: string): void => {
    answer = (socket) => socket.write(text);
  };
  async function get(signal?: AbortSignal): Promise<Buffer> {
    const what = {
      path: '/v1/objects/x',
      headers: { range: 'bytes=0-' },
      ...(signal === undefined ? {} : { signal }),
    };
    return await downloads.get(what, async ({ body }) => {
      const parts: Uint8Array[] = [];
      for await (const piece of body) parts.push(new Uint8Array(piece));
      return Buffer.concat(parts);
    });
  }

  it('gives every byte, however head and body are cut up, one after the other on one line', async () => {
    for (const cuts of [[1], [40, 1, 70_000], [100_000], [300_000, 5]]) {
      const body = randomBytes(900_000);
      const whole = Buffer.concat([Buffer.from(`${OK}content-length: ${body.length}\r\n\r\n`), body]);
      answer = async (socket) => {
        for (let at = 0, n = 0; at < whole.length; n += 1) {
          const length = at > 60_000 ? 200_000 : (cuts[n % cuts.length] ?? 1) * (at > 100 ? 1_000 : 1);
          socket.write(whole.subarray(at, at + length));
          at += length;
          if (n % 20 === 0) await delay(n % 60 === 0 ? 60 : 1);
        }
      };
      assert.ok((await get()).equals(body));
    }
    assert.equal(lines.size, 1);
    assert.match(
      asked[0] ?? '',
      /^GET \/v1\/objects\/x HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nrange: bytes=0-\r\n\r\n$/,
    );
  });

  it('takes no user who is slow for a line that stands still', async () => {
    const body = randomBytes(4_000_000);
    answer = (socket) =>
      socket.write(Buffer.concat([Buffer.from(`${OK}content-length: ${body.length}\r\n\r\n`), body]));
    const slow = await downloads.get({ path: '/' }, async (got) => {
      const parts: Uint8Array[] = [];
      for await (const piece of got.body) {
        parts.push(new Uint8Array(piece));
        if (parts.length === 1) await delay(2 * IDLE_MS);
      }
      return Buffer.concat(parts);
    });
    assert.ok(slow.equals(body));
    says(`${OK}content-length: 2\r\n\r\nok`);
    assert.equal((await get()).toString(), 'ok');
  });

  const bad: readonly [what: string, text: string][] = [
    ['no HTTP', 'SSH-2.0-x\r\n\r\n'],
    ['another version', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx'],
    ['an answer before the answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['two lengths', `${OK}content-length: 1\r\ncontent-length: 1\r\n\r\nx`],
    ['a length that is none', `${OK}content-length: +1\r\n\r\nx`],
    ['a length beside chunks', `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx`],
    ['a folded header', `${OK}a: b\r\n c\r\ncontent-length: 1\r\n\r\nx`],
    ['a bare line feed', `${OK}a: b\ncontent-length: 1\r\n\r\nx`],
    ['a head without end', `${OK}${'a: b\r\n'.repeat(4_000)}`],
    ['more than it announced', `${OK}content-length: 1\r\n\r\nxy`],
    ['a refusal that is none', 'HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}'],
  ];
  for (const [what, text] of bad)
    it(`refuses ${what}, and asks again on another line`, async () => {
      says(text);
      await assert.rejects(get(), { code: 'peer-broke-protocol' });
      says(`${OK}content-length: 2\r\n\r\nok`);
      assert.equal((await get()).toString(), 'ok');
    });

  it('cuts a head that trickles, a body that stands still, and says when a line breaks', async () => {
    answer = async (socket) => {
      for (const letter of OK.repeat(3)) await delay(20).then(() => socket.destroyed || socket.write(letter));
    };
    await assert.rejects(get(), { code: 'peer-timeout' });
    says(`${OK}content-length: 9\r\n\r\nx`);
    await assert.rejects(get(), { code: 'peer-timeout' });
    for (const end of ['end', 'destroy'] as const) {
      answer = (socket) => socket.write(`${OK}content-length: 9\r\n\r\nx`, () => socket[end]());
      await assert.rejects(get(), { code: 'peer-unreachable' });
      answer = (socket) => socket[end]();
      await assert.rejects(get(), { code: 'peer-unreachable' });
    }
    answer = () => undefined;
    const soon = AbortSignal.timeout(50);
    await assert.rejects(get(soon), { code: 'peer-unreachable' });
    await assert.rejects(get(soon), { code: 'peer-unreachable' });
  });

  it('leaves a line that closed, spoke unasked, or was for one answer', async () => {
    says(`${OK}content-length: 2\r\nconnection: close\r\n\r\nok`);
    await get();
    says(`${OK}content-length: 2\r\n\r\nok`);
    await get();
    for (const line of lines) line.write('more');
    await delay(50);
    await get();
    for (const line of lines) line.end();
    await delay(50);
    assert.equal((await get()).toString(), 'ok');
    assert.equal(lines.size, 4);
  });

  it('gives what its user throws, and does not wait for the rest', async () => {
    answer = (socket) => socket.write(`${OK}content-length: 900000000\r\n\r\nx`);
    const own = new Error('own');
    await assert.rejects(
      downloads.get({ path: '/' }, () => Promise.reject(own)),
      (error) => error === own,
    );
  });

  it('asks again, the plain way, where no length is told', async () => {
    says(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`);
    assert.equal((await get()).toString(), 'ok');
    assert.equal(asked.length, 2);
    assert.equal((await get()).toString(), 'ok');
    assert.equal(asked.length, 3, 'it is remembered');
  });
});
