import assert from 'node:assert/strict';
import type { MemoryDesk } from '../../support/dock-agent/memory-desk.ts';
import { deskOfTwo, KioskRig } from '../../support/dock-agent/kiosk-rig.ts';
import { ask } from '../../support/web-page.ts';

interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly session?: string;
  readonly offers?: readonly { readonly device: string }[];
}

describe('the kiosk’s desk', () => {
  let desk: MemoryDesk;
  let rig: KioskRig;

  beforeEach(async () => {
    desk = deskOfTwo();
    rig = new KioskRig(4, { desk });
    await rig.open();
  });
  afterEach(async () => {
    await rig.close();
  });

  async function order(path: string, body: unknown, more: object = {}): Promise<{ status: number } & Answer> {
    const headers = { origin: rig.url, 'content-type': 'application/json', ...more };
    const { status, text } = await ask(rig.url + path, { method: 'POST', headers, body });
    return { status, ...(JSON.parse(text) as Answer) };
  }
  async function signIn(): Promise<string> {
    const { session } = await order('/desk/sign-in', { number: 'A-0001', pin: '290514' });
    assert.ok(session !== undefined);
    return session;
  }

  it('passes on what an officer asks, and what the desk answers', async () => {
    const session = await signIn();
    const { offers } = await order('/desk/offers', { session });
    assert.deepEqual(
      offers?.map(({ device }) => device),
      ['cam-104', 'cam-103'],
    );
    assert.equal((await order('/desk/take', { session, device: 'cam-104' })).ok, true);
    assert.equal((await order('/desk/take', { session, device: 'cam-104' })).code, 'camera-taken');
    assert.equal((await order('/desk/give-back', { session, device: 'cam-104' })).ok, true);
    await order('/desk/sign-out', { session });
    assert.equal(desk.sessions, 0);
    assert.equal((await order('/desk/offers', { session })).code, 'session-ended');
    assert.equal((await order('/desk/sign-in', { number: '20417', pin: '1' })).code, 'pin-not-set');
    assert.equal((await order('/desk/set-pin', { number: '20417', pin: '1234' })).code, 'pin-too-simple');
    assert.equal((await order('/desk/set-pin', { number: '20417', pin: '4071' })).ok, true);
  });

  it('refuses what is no request of its page, and tells the desk nothing of it', async () => {
    const good = { number: 'A-0001', pin: '290514' };
    const long = 'x'.repeat(10_000);
    const bad: [string, unknown, number][] = [
      ['/desk/sign-in', { ...good, more: 1 }, 400],
      ['/desk/sign-in', { number: 'A-0001' }, 400],
      ['/desk/sign-in', { number: '', pin: '1' }, 400],
      ['/desk/sign-in', { number: 'A-0001', pin: '12ab' }, 400],
      ['/desk/sign-in', { number: 'x'.repeat(65), pin: '1' }, 400],
      ['/desk/sign-in', '{"number":', 400],
      ['/desk/sign-in', [], 400],
      ['/desk/sign-in', { number: long, pin: '1' }, 413],
      ['/desk/take', { session: 'a' }, 400],
      ['/desk/constructor', {}, 404],
    ];
    for (const [path, body, status] of bad) assert.equal((await order(path, body)).status, status, path);
    assert.equal((await order('/desk/sign-in', good, { 'content-type': 'text/plain' })).status, 400);
    assert.equal((await order('/desk/sign-in', good, { origin: 'http://evil.example' })).status, 403);
    assert.equal((await order('/desk/sign-in', good, { 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal(desk.sessions, 0);
  });

  it('lets nobody try number after number', async () => {
    let refused = 0;
    for (let number = 0; number < 40; number += 1)
      if ((await order('/desk/sign-in', { number: `B-${number}`, pin: '0000' })).status === 503) refused += 1;
    assert.equal(refused, 10);
    assert.equal((await order('/desk/sign-in', { number: 'A-0001', pin: '290514' })).status, 503);
  });

  it('is not there on an address that others reach: no PIN crosses a network', async () => {
    const { port } = rig;
    await rig.close();
    await rig.open(port, '0.0.0.0');
    rig.url = `http://127.0.0.1:${port}`;
    assert.equal((await ask(rig.url)).status, 200);
    assert.equal((await order('/desk/sign-in', { number: 'A-0001', pin: '290514' })).status, 404);
  });
});
