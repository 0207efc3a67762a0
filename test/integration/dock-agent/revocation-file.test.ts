import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issuedAs, splitPem, type IssuedAs } from '@mingjing/protocol';
import { loadTlsIdentity } from '@mingjing/runtime';
import { RevocationFile, type RevocationFileOptions } from '../../../dock-agent/adapters/revocation-file.ts';
import { openAgency, requireMachine, revokeMachine, writeRevocations } from '../../../provisioning/index.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

describe('the file of what the agency took back', () => {
  let test: TestAgency;
  let path: string;
  let standing: Set<string>;
  let now: Date;
  let step = 0;
  before(async () => {
    test = await makeTestAgency();
    for (const id of ['cam-1', 'cam-2']) await test.enrol('camera', id);
    await test.enrol('dock', 'dock-1');
  });
  after(() => test.close());
  beforeEach(() => {
    path = join(test.dir, 'crl.pem');
    rmSync(path, { force: true });
    rmSync(join(test.dir, 'agency', 'revoked.jsonl'), { force: true });
    standing = new Set();
    now = new Date();
  });

  const camera = (id: string): IssuedAs =>
    issuedAs(splitPem(readFileSync(join(test.dir, `camera-${id}`, 'tls.pem'), 'utf8'))[0] ?? '');
  const revoke = async (id: string, options: { days?: number; now?: Date } = {}): Promise<void> => {
    const directory = join(test.dir, 'agency');
    const agency = openAgency(directory);
    revokeMachine(directory, agency, requireMachine('camera', id));
    step += 1_000;
    await writeRevocations(directory, agency, path, { now: new Date(Date.now() + step), ...options });
  };
  const file = (options: Partial<RevocationFileOptions> = {}): RevocationFile => {
    const { roots, chain } = loadTlsIdentity(join(test.dir, 'dock-dock-1'), 'dock');
    return new RevocationFile({
      path,
      required: false,
      authorities: [...chain.slice(1), ...roots],
      now: () => now,
      told: (trouble, why) => (why === undefined ? standing.delete(trouble) : standing.add(trouble)),
      ...options,
    });
  };

  it('need not be there, unless it was asked for', () => {
    assert.equal(file().revoked(camera('cam-1')), false);
    assert.deepEqual([...standing], []);
    assert.equal(file({ required: true }).revoked(camera('cam-1')), false);
    assert.deepEqual([...standing], ['revocations-bad']);
  });

  it('counts from the moment it is put there, and again when it changes', async () => {
    const revocations = file();
    assert.equal(revocations.revoked(camera('cam-1')), false);
    await revoke('cam-1');
    assert.equal(revocations.revoked(camera('cam-1')), true);
    assert.equal(revocations.revoked(camera('cam-2')), false);
    await revoke('cam-2');
    assert.equal(revocations.revoked(camera('cam-2')), true);
    assert.deepEqual([...standing], []);
  });

  it('may be DER', async () => {
    await revoke('cam-1');
    const [, body = ''] = readFileSync(path, 'utf8').split(/-----[^-]+-----/);
    writeFileSync(path, Buffer.from(body, 'base64'));
    assert.equal(file().revoked(camera('cam-1')), true);
  });

  it('still says who was revoked when it is past its time, and alarms until a newer one comes', async () => {
    await revoke('cam-1', { days: 1 });
    const revocations = file();
    now = new Date(Date.now() + 3 * 86_400_000);
    assert.equal(revocations.revoked(camera('cam-1')), true);
    assert.deepEqual([...standing], ['revocations-stale']);
    await revoke('cam-1');
    revocations.revoked(camera('cam-1'));
    assert.deepEqual([...standing], []);
  });

  for (const [what, spoil] of [
    ['removed', () => rmSync(path)],
    ['cut', () => truncateSync(path, 40)],
    [
      'bent',
      () =>
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(/(?<=\n.{20})[A-Za-z]/, (a) => (a === 'A' ? 'B' : 'A')),
        ),
    ],
    ['filled with something else', () => writeFileSync(path, '-----BEGIN CERTIFICATE-----\n-----END')],
    ['emptied', () => writeFileSync(path, '')],
    ['blown up', () => truncateSync(path, 1024 ** 3)],
  ] as const) {
    it(`goes on as it was when it is ${what}, alarms, and ends well with a good one`, async () => {
      await revoke('cam-1');
      const revocations = file();
      assert.equal(revocations.revoked(camera('cam-1')), true);
      spoil();
      assert.equal(revocations.revoked(camera('cam-1')), true);
      assert.deepEqual([...standing], ['revocations-bad']);
      await revoke('cam-2');
      assert.equal(revocations.revoked(camera('cam-2')), true);
      assert.deepEqual([...standing], []);
    });
  }

  it('is taken whole or not at all, also when it was never read before', async () => {
    await revoke('cam-1');
    const whole = readFileSync(path, 'utf8');
    for (const spoilt of [whole + whole.slice(0, -20), whole + whole.replace('X509 CRL', 'X509 CRX')]) {
      standing.clear();
      writeFileSync(path, spoilt);
      file().revoked(camera('cam-1'));
      assert.deepEqual([...standing], ['revocations-bad']);
    }
  });

  it('is not set back to an older list', async () => {
    await revoke('cam-2');
    const old = readFileSync(path);
    await revoke('cam-1');
    const revocations = file();
    assert.equal(revocations.revoked(camera('cam-1')), true);
    writeFileSync(path, old);
    assert.equal(revocations.revoked(camera('cam-1')), true);
    assert.deepEqual([...standing], ['revocations-bad']);
  });

  it('counts from our own agency alone', async () => {
    const stranger = await makeTestAgency('stranger');
    try {
      await stranger.enrol('camera', 'cam-1');
      const directory = join(stranger.dir, 'agency');
      revokeMachine(directory, openAgency(directory), requireMachine('camera', 'cam-1'));
      await writeRevocations(directory, openAgency(directory), path);
      file().revoked(camera('cam-1'));
      assert.deepEqual([...standing], ['revocations-bad']);
    } finally {
      stranger.close();
    }
  });
});
