import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { KioskListener } from '../../support/dock-agent/kiosk-listener.ts';
import { fillEight, KioskRig } from '../../support/dock-agent/kiosk-rig.ts';
import { ask } from '../../support/web-page.ts';

describe('the kiosk’s server', () => {
  let rig: KioskRig;
  const listeners: KioskListener[] = [];

  beforeEach(async () => {
    rig = new KioskRig(8);
    await rig.open();
  });
  afterEach(async () => {
    for (const one of listeners.splice(0)) one.close();
    await rig.close();
  });
  async function listen(headers: Readonly<Record<string, string>> = {}): Promise<KioskListener> {
    const made = await new KioskListener().open(rig.url, headers);
    listeners.push(made);
    await eventually(
      () => made.station !== undefined,
      () => 'no snapshot',
    );
    return made;
  }

  it('gives the page with all it needs from here, and lets it reach nothing else', async () => {
    const page = await ask(`${rig.url}/?lang=en`);
    assert.equal(page.status, 200);
    const policy = page.headers['content-security-policy'] ?? '';
    assert.match(String(policy), /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(String(policy), /unsafe|http|\*/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    const named = [...page.text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path ?? '');
    assert.ok(named.length >= 4);
    const seen = new Set<string>();
    for (const path of named) await follow(path, seen);
    assert.ok(seen.size >= 12, [...seen].join(' '));
  });

  async function follow(path: string, seen: Set<string>): Promise<void> {
    if (seen.has(path)) return;
    seen.add(path);
    const { status, text, headers } = await ask(rig.url + path);
    assert.equal(status, 200, path);
    assert.doesNotMatch(text, /https?:\/\/(?!www\.w3\.org\/2000\/svg)/, path);
    if (!String(headers['content-type']).startsWith('text/javascript')) return;
    for (const [, to] of text.matchAll(/from '([^']+)'/g))
      await follow(new URL(to ?? '', `http://dock${path}`).pathname, seen);
  }

  it('tells a page all of it at once, then what changes, the newest alone', async () => {
    fillEight(rig);
    const page = await listen();
    assert.deepEqual(
      page.heard.map(({ event }) => event),
      ['hello', 'station'],
    );
    assert.deepEqual(
      page.station?.bays.map(({ sign }) => sign),
      ['uploading', 'waiting', 'charging', 'ready', 'trouble', 'refused', 'identifying', 'empty'],
    );
    for (let bytes = 0; bytes <= 1_000; bytes += 1)
      rig.messages.progress({
        bay: 1,
        camera: 'cam-101',
        bytes,
        totalBytes: 2_000,
        objects: 0,
        totalObjects: 1,
        remaining: undefined,
      });
    await eventually(
      () => page.station?.bays[0]?.progress?.bytes === 1_000,
      () => JSON.stringify(page.station?.bays[0]),
    );
    assert.ok(page.heard.length < 8, `${page.heard.length} events`);
    assert.equal(new Set(page.heard.map(({ id }) => id)).size, page.heard.length);
  });

  it('tells a page that comes back all of it again, whatever it says that it had', async () => {
    fillEight(rig);
    const last = (await listen()).heard.at(-1)?.id ?? '';
    for (const id of [last, 'of-another-run', '\u00ff'.repeat(500)])
      assert.equal((await listen({ 'last-event-id': id })).station?.bays.length, 8);
  });

  it('is there again after a restart, on the same port', async () => {
    const { port } = rig;
    const page = await listen();
    await rig.close();
    await eventually(
      () => page.closed,
      () => 'the line stayed',
    );
    await rig.open(port);
    assert.equal((await listen()).station?.bays.length, 8);
  });

  it('answers nobody who came by a name of the DNS, and no page of another origin', async () => {
    for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil:1'])
      assert.equal((await ask(rig.url, { headers: { host } })).status, 403, host);
    for (const host of ['127.0.0.1:9', 'localhost', '[::1]:9', '192.168.1.9:80'])
      assert.equal((await ask(rig.url, { headers: { host } })).status, 200, host);
    const foreign = [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${rig.port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) assert.equal((await ask(`${rig.url}/events`, { headers })).status, 403);
    assert.equal((await ask(`${rig.url}/desk/sign-in`, { method: 'POST', body: {} })).status, 403);
  });

  it('has no desk and no service page where none was given', async () => {
    const headers = { origin: rig.url, 'content-type': 'application/json' };
    for (const path of ['/desk/sign-in', '/service/sign-in', '/service/log', '/events'])
      assert.equal((await ask(rig.url + path, { method: 'POST', headers, body: {} })).status, 404, path);
    assert.deepEqual((await listen()).heard[0]?.data, {
      ...(await hello()),
      desk: false,
      service: false,
    });
  });
  async function hello(): Promise<object> {
    return (await listen()).heard[0]?.data as object;
  }

  it('gives away no file but the page’s own', async () => {
    for (const path of [
      '/web/',
      '/web/tsconfig.json',
      '/core/station.ts',
      '/adapters/kiosk/kiosk-server.ts',
      '/../main.ts',
      '/web/%2e%2e/main.ts',
      '/web/..%2fmain.ts',
      '//evil.example/',
      '/constructor',
    ])
      assert.equal((await ask(`${rig.url}${path}`)).status, 404, path);
  });

  it('cuts off heads without an end, and pages that are too many; it goes on', async () => {
    assert.equal(await flooded(rig.port), true);
    const pages: KioskListener[] = [];
    for (let count = 0; count < 8; count += 1) pages.push(await listen());
    await eventually(
      () => pages[0]?.closed === true && pages[1]?.closed === true,
      () => 'the oldest stayed',
    );
    assert.equal(pages.at(-1)?.closed, false);
    assert.equal((await ask(rig.url)).status, 200);
  });
});

/** Sends a head of 100 kB; true if the other end cut it off. */
async function flooded(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const line = connect(port, '127.0.0.1', () => line.write(`GET / HTTP/1.1\r\nx: ${'a'.repeat(100_000)}`));
    line.on('error', () => resolve(true));
    line.on('close', () => resolve(true));
    line.resume();
  });
}
