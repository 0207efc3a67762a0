import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  hashPassphrase,
  isPassphrase,
  readPassphraseFile,
} from '../../../dock-agent/adapters/kiosk/passphrase.ts';
import type { ServiceDesk } from '../../../dock-agent/ports/service-desk.ts';
import { FREE_TRIES, IDLE_MS } from '../../../dock-agent/core/technician-rules.ts';
import { KioskRig } from '../../support/dock-agent/kiosk-rig.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { ask, type Answered } from '../../support/web-page.ts';

const RIGHT = 'correct horse battery';

describe('the kiosk’s service page', () => {
  let rig: KioskRig;
  let now: number;
  let did: string[];
  let tried: number;
  const desk: ServiceDesk = {
    log: () => [{ at: 0, level: 'info', message: 'a line', fields: '' }],
    retry: (bay) => (did.push(`retry ${bay}`), true),
    switchBay: (bay, on) => (did.push(`${bay} ${on ? 'on' : 'off'}`), true),
  };

  beforeEach(async () => {
    [now, did, tried] = [0, [], 0];
    const isRight = (passphrase: string): Promise<boolean> => {
      tried += 1;
      return Promise.resolve(passphrase === RIGHT);
    };
    const clock = {
      now: () => now,
      wall: () => new Date(now).toISOString(),
      after: () => ({ cancel: () => undefined }),
    };
    rig = new KioskRig(4, { service: { desk, isRight }, clock });
    await rig.open();
  });
  afterEach(async () => {
    await rig.close();
  });

  async function order(path: string, body: unknown, cookie = ''): Promise<Answered> {
    const headers = { origin: rig.url, 'content-type': 'application/json', cookie };
    return await ask(rig.url + path, { method: 'POST', headers, body });
  }
  const codeOf = ({ text }: Answered): unknown => (JSON.parse(text) as { code?: string }).code;
  async function signIn(): Promise<string> {
    const { headers } = await order('/service/sign-in', { passphrase: RIGHT });
    return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  it('lets in who knows the passphrase, by a cookie that no script and no other site can use', async () => {
    const { headers, text } = await order('/service/sign-in', { passphrase: RIGHT });
    assert.match(
      headers['set-cookie']?.[0] ?? '',
      new RegExp(`^mingjing-kiosk-${rig.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/service$`),
    );
    assert.equal(text, '{"ok":true}');
    const cookie = await signIn();
    assert.equal((await order('/service/retry', { bay: 2 }, cookie)).status, 200);
    assert.equal((await order('/service/switch', { bay: 3, on: false }, cookie)).status, 200);
    assert.deepEqual(did, ['retry 2', '3 off']);
    const log = await ask(`${rig.url}/service/log`, { headers: { cookie } });
    assert.match(log.text, /a line/);
  });

  it('does and shows nothing without a session', async () => {
    for (const cookie of [
      '',
      `mingjing-kiosk-${rig.port}=${'A'.repeat(43)}`,
      `mingjing-kiosk-${rig.port}=`,
    ]) {
      assert.equal((await order('/service/retry', { bay: 2 }, cookie)).status, 403);
      assert.equal((await order('/service/switch', { bay: 2, on: false }, cookie)).status, 403);
      assert.equal((await ask(`${rig.url}/service/log`, { headers: { cookie } })).status, 403);
    }
    const cookie = await signIn();
    for (const body of [{ bay: 0 }, { bay: '1' }, { bay: 1.5 }, { bay: 1, more: 1 }, {}])
      assert.equal((await order('/service/retry', body, cookie)).status, 400);
    const foreign = { cookie, origin: 'http://evil.example', 'content-type': 'application/json' };
    const evil = await ask(`${rig.url}/service/retry`, {
      method: 'POST',
      headers: foreign,
      body: { bay: 1 },
    });
    assert.equal(evil.status, 403);
    assert.deepEqual(did, []);
  });

  it('ends a session when it is left, and when nobody uses it', async () => {
    const [left, unused] = [await signIn(), await signIn()];
    await order('/service/sign-out', {}, left);
    assert.equal((await order('/service/retry', { bay: 1 }, left)).status, 403);
    now += IDLE_MS;
    assert.equal((await order('/service/retry', { bay: 1 }, unused)).status, 403);
  });

  it('ends a session that nobody uses though its page looks at the log all the while', async () => {
    const cookie = await signIn();
    const look = async (): Promise<number> =>
      (await ask(`${rig.url}/service/log`, { headers: { cookie } })).status;
    for (; now < IDLE_MS; now += IDLE_MS / 10) assert.equal(await look(), 200);
    assert.equal(await look(), 403);
    assert.equal((await order('/service/switch', { bay: 1, on: false }, cookie)).status, 403);
    assert.deepEqual(did, []);
  });

  it('closes after a few wrong passphrases, however many come at once, and opens again by itself', async () => {
    const wrong = await Promise.all(
      Array.from({ length: 20 }, () => order('/service/sign-in', { passphrase: 'wrong' })),
    );
    const codes = wrong.map(codeOf);
    assert.equal(codes.filter((code) => code === 'wrong-passphrase').length, FREE_TRIES);
    assert.equal(tried, FREE_TRIES);
    assert.equal(codeOf(await order('/service/sign-in', { passphrase: RIGHT })), 'closed');
    assert.equal(tried, FREE_TRIES);
    now += 30_000;
    assert.notEqual(await signIn(), '');
  });
});

describe('the technician’s file', function () {
  this.timeout(30_000);
  const temporary = temporaryDirectories();
  const command = resolve(import.meta.dirname, '../../../dock-agent/technician.ts');
  const set = (file: string, input: string): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [command, '--file', file], { input, encoding: 'utf8' });

  it('is made by its command, readable by its owner alone, and holds no passphrase', async () => {
    const file = join(temporary(), 'technician');
    const { status, stderr } = set(file, `${RIGHT}\n`);
    assert.equal(status, 0, String(stderr));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /horse/);
    const hashed = readPassphraseFile(file);
    assert.equal(await isPassphrase(RIGHT, hashed), true);
    assert.equal(await isPassphrase(`${RIGHT} `, hashed), false);
    assert.equal(await isPassphrase('', hashed), false);
  });

  it('is not made of a short passphrase', () => {
    const file = join(temporary(), 'technician');
    assert.equal(set(file, 'admin\n').status, 1);
    assert.equal(set(file, '').status, 1);
    assert.equal(existsSync(file), false);
  });

  it('is refused when others can read it, when it is none, and when its cost is not ours', async () => {
    const file = join(temporary(), 'technician');
    const good = await hashPassphrase(RIGHT);
    const refused = (text: string): void => {
      writeFileSync(file, text, { mode: 0o600 });
      assert.throws(() => readPassphraseFile(file), { code: 'bad-config' }, text);
    };
    assert.throws(() => readPassphraseFile(file), { code: 'bad-config' });
    for (const text of [
      '',
      RIGHT,
      good.slice(0, -1),
      good.replace('ln=15', 'ln=31'),
      good.replace('r=8', 'r=99'),
    ])
      refused(text);
    writeFileSync(file, good);
    chmodSync(file, 0o644);
    assert.throws(() => readPassphraseFile(file), { code: 'bad-config' });
    chmodSync(file, 0o600);
    assert.equal(await isPassphrase(RIGHT, readPassphraseFile(file)), true);
  });
});
