import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WebCamera } from '../../../device/adapters/loopback/web-camera.ts';
import type { ButtonEdge } from '../../../device/ports/buttons.ts';
import { ScriptedPower } from '../../../device/simulated/scripted-power.ts';
import { ScriptedWorld } from '../../../device/simulated/world.ts';
import { clock, quiet } from '../../support/device-capture.ts';
import { until } from '../../support/processes.ts';
import { ask, WebPage } from '../../support/web-page.ts';

describe('the door of the web camera', () => {
  let camera: WebCamera;
  let power: ScriptedPower;
  let world: ScriptedWorld;
  let links: string[];
  let origin: string;

  beforeEach(async () => {
    links = [];
    power = new ScriptedPower();
    world = new ScriptedWorld({ power });
    camera = await WebCamera.listen({
      port: 0,
      clock,
      world,
      restart: 'start it again',
      writeLink: (link) => links.push(link),
      log: quiet,
    });
    origin = `http://127.0.0.1:${camera.port}`;
  });

  afterEach(async () => {
    world.close();
    await camera.close();
  });

  it('tells who has no link how to get one, and serves nothing else', async () => {
    const { status, text } = await ask(origin);
    assert.equal(status, 403);
    assert.match(text, /启动时打印的地址/);
    assert.match(text, /address the camera printed/);
    for (const path of ['/events', '/picture', '/web/main.ts', '/core/cues.ts'])
      assert.equal((await ask(origin + path)).status, 403, path);
    assert.equal((await ask(`${origin}/?key=guessed`)).status, 403);
  });

  it('opens once by each link, with a cookie no script can read and no other site can use', async () => {
    const { status, headers } = await ask(links[0] ?? '');
    assert.equal(status, 303);
    assert.match(
      headers['set-cookie']?.[0] ?? '',
      /^mingjing-camera-\d+=[\w-]{43}; HttpOnly; SameSite=Strict/,
    );
    assert.equal((await ask(links[0] ?? '')).status, 403);
    assert.equal(links.length, 2);
    assert.equal((await ask(links[1] ?? '')).status, 303);
  });

  it('obeys no page of another origin, and none that hides its own', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    const change = { battery: 1 };
    for (const headers of [
      { origin: 'http://127.0.0.1:1' },
      { origin: 'https://example.org' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { host: 'camera.example.org', origin: 'http://camera.example.org' },
    ])
      assert.equal((await page.order('/world', change, headers)).status, 403, JSON.stringify(headers));
    const bare = await ask(`${origin}/world`, {
      method: 'POST',
      headers: { cookie: page.cookie },
      body: change,
    });
    assert.equal(bare.status, 403);
    assert.equal(power.percent, 100);
    assert.equal((await page.order('/world', change)).status, 200);
    assert.equal(power.percent, 1);
  });

  it('shows its picture and its state to no other page', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    for (const path of ['/events', '/picture', '/'])
      assert.equal((await page.get(path, { 'sec-fetch-site': 'same-site' })).status, 403, path);
  });

  it('gives the page no room for scripts that are not its own', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    const { headers, text } = await page.get('/');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.doesNotMatch(text, /<script(?![^>]*src=)| on\w+=| style=/);
  });

  it('serves every module the page asks for, as a script without types', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    const seen = new Set<string>();
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const { status, headers, text } = await page.get(path);
      assert.equal(status, 200, path);
      assert.match(headers['content-type'] ?? '', /^text\/javascript/);
      for (const [, target = ''] of text.matchAll(/^import\s[^;]*?from\s+'([^']+)';/gms))
        await follow(new URL(target, page.origin + path).pathname);
    };
    await follow('/web/main.ts');
    assert.ok(seen.size > 12);
    assert.equal((await page.get('/web/tsconfig.json')).status, 404);
    assert.equal((await page.get('/web/../main.ts')).status, 404);
  });

  it('refuses what it does not understand, and lives on', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    await page.listen();
    const refusals: [string, unknown, number][] = [
      ['/world', { battery: 101 }, 400],
      ['/world', { battery: 5, more: true }, 400],
      ['/world', {}, 400],
      ['/world', 'no json', 400],
      ['/world', 'x'.repeat(5_000), 413],
      ['/button', { button: 'eject', down: true, page: page.name }, 400],
      ['/button', { button: 'record', down: true, page: 'another' }, 400],
      ['/dock', { attached: true }, 503],
      ['/nothing', {}, 404],
    ];
    for (const [path, body, status] of refusals)
      assert.equal(
        (await page.order(path, body)).status,
        status,
        `${path} ${JSON.stringify(body).slice(0, 60)}`,
      );
    assert.equal((await page.order('/world', { battery: 42 })).status, 200);
    assert.equal(power.percent, 42);
  });

  it('tells every page what was done to the world', async () => {
    const [one, other] = [await WebPage.enter(links[0] ?? ''), await WebPage.enter(links[1] ?? '')];
    await Promise.all([one.listen(), other.listen()]);
    await one.order('/world', { battery: 17, charger: true });
    const told = { battery: { percent: 17, charger: true } };
    await until('the other page knows', () => JSON.stringify(other.last('world')) === JSON.stringify(told));
  });

  it('lets go of a button when the page that held it is gone', async () => {
    const edges: ButtonEdge[] = [];
    camera.buttons.listen((edge) => edges.push(edge));
    const [holder, other] = [await WebPage.enter(links[0] ?? ''), await WebPage.enter(links[1] ?? '')];
    await Promise.all([holder.listen(), other.listen()]);
    await holder.push('record', true);
    await other.push('record', true);
    await other.push('record', false);
    assert.deepEqual(
      edges.map(({ down }) => down),
      [true],
      'one finger at a time',
    );
    holder.leave();
    await until('the button is up', () => edges.length === 2);
    assert.deepEqual(
      edges.map(({ button, down }) => [button, down]),
      [
        ['record', true],
        ['record', false],
      ],
    );
  });

  it('takes a press for as long as the finger took it, however close down and up arrive', async () => {
    const edges: ButtonEdge[] = [];
    camera.buttons.listen((edge) => edges.push(edge));
    const page = await WebPage.enter(links[0] ?? '');
    await page.listen();
    const push = { button: 'mark', page: page.name };
    await page.order('/button', { ...push, down: true });
    await page.order('/button', { ...push, down: false, heldMs: 1_200 });
    const [down, up] = edges;
    assert.equal((up?.mono ?? 0) - (down?.mono ?? 0), 1_200);
  });

  it('shows lights, cues and announcements as the ports were told', async () => {
    const page = await WebPage.enter(links[0] ?? '');
    await page.listen();
    assert.deepEqual(page.last('lights'), { green: 'off', yellow: 'off', red: 'off' });
    const pattern = { green: 'on', yellow: [100, 2_900], red: 'off' } as const;
    camera.signals.light(pattern);
    camera.signals.cue('marked', true);
    camera.announcer.say([{ language: 'en', text: 'You are being recorded', occasion: 'recording' }]);
    await until('all of it is heard', () => page.last('say') !== undefined);
    assert.deepEqual(page.last('lights'), pattern);
    assert.deepEqual(page.last('cue'), { cue: 'marked', silently: true });
    const late = await WebPage.enter(links[1] ?? '');
    await late.listen();
    await until('who comes late sees the lights', () => late.last('lights') !== undefined);
    assert.deepEqual(late.last('lights'), pattern);
  });
});
