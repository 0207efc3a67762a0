import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageOpen, ageSeal, x25519Identity, x25519Recipient } from '@mingjing/protocol';
import { AGENCY_FILES, createAgency, openAgency } from '../../../provisioning/index.ts';

describe('founding an agency', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'mingjing-found-'))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const directory = (): string => join(home, 'deep', 'agency');
  const text = (file: string): string => readFileSync(join(directory(), file), 'utf8');

  it('keeps every file to its owner', async () => {
    await createAgency({ directory: directory(), id: 'a1', name: '某市局' });
    assert.deepEqual(readdirSync(directory()).toSorted(), Object.values(AGENCY_FILES).toSorted());
    assert.equal(statSync(directory()).mode & 0o777, 0o700);
    for (const file of readdirSync(directory()))
      assert.equal(statSync(join(directory(), file)).mode & 0o777, 0o600, file);
  });

  it('is refused where anything stands already, and changes nothing there', async () => {
    await createAgency({ directory: directory(), id: 'a1', name: 'One' });
    const before = text(AGENCY_FILES.rootKey);
    await assert.rejects(createAgency({ directory: directory(), id: 'a1', name: 'Two' }), {
      code: 'already-exists',
    });
    assert.equal(text(AGENCY_FILES.rootKey), before);
    assert.deepEqual(readdirSync(join(home, 'deep')), ['agency']);
  });

  it('leaves nothing behind when it is refused for its arguments', async () => {
    for (const wish of [
      { id: 'A B', name: 'x' },
      { id: 'a', name: ' ' },
      { id: 'a', name: 'x\n' },
      { id: 'a', name: 'x', years: 0 },
      { id: 'a', name: 'x', passphrase: '' },
    ])
      await assert.rejects(createAgency({ directory: directory(), ...wish }), { code: 'bad-argument' });
    assert.deepEqual(readdirSync(home), []);
  });

  it('gives a chain that openssl accepts strictly, also past the year 2050', async () => {
    await createAgency({ directory: directory(), id: 'a1', name: '局, 一/+"', years: 40 });
    const out = execFileSync('openssl', [
      'verify',
      '-x509_strict',
      '-CAfile',
      join(directory(), AGENCY_FILES.root),
      join(directory(), AGENCY_FILES.issuing),
    ]).toString();
    assert.match(out, /: OK$/m);
    const printed = execFileSync('openssl', [
      'x509',
      '-noout',
      '-text',
      '-in',
      join(directory(), AGENCY_FILES.issuing),
    ]).toString();
    assert.match(printed, /CA:TRUE, pathlen:0/);
    assert.match(printed, /Key Usage: critical\s+Certificate Sign, CRL Sign/);
  });

  it('has two keys that each open what is sealed to the agency', async () => {
    await createAgency({ directory: directory(), id: 'a1', name: 'One' });
    const { recipients } = openAgency(directory());
    assert.equal(recipients.length, 2);
    const sealed = ageSeal(Buffer.from('footage'), recipients.map(x25519Recipient));
    for (const file of [AGENCY_FILES.agencyAgeKey, AGENCY_FILES.recoveryAgeKey]) {
      const identity = /^AGE-SECRET-KEY-.*$/m.exec(text(file))?.[0] ?? '';
      assert.equal(Buffer.from(ageOpen(sealed, [x25519Identity(identity)]).plaintext).toString(), 'footage');
    }
  });

  it('seals every private key when given a passphrase, and opens with that one only', async () => {
    await createAgency({ directory: directory(), id: 'a1', name: 'One', passphrase: '长长的口令' });
    for (const file of Object.values(AGENCY_FILES))
      assert.doesNotMatch(text(file), /PRIVATE KEY|AGE-SECRET-KEY/, file);
    assert.throws(() => openAgency(directory()).issuer(), { code: 'wrong-passphrase' });
    assert.throws(() => openAgency(directory(), 'other').issuer(), { code: 'wrong-passphrase' });
    assert.match(openAgency(directory(), '长长的口令').issuer().key, /^-----BEGIN PRIVATE KEY/);
  });

  it('is not opened from a directory that holds none, or a damaged one', async () => {
    assert.throws(() => openAgency(home), { code: 'not-an-agency' });
    await createAgency({ directory: directory(), id: 'a1', name: 'One' });
    writeFileSync(join(directory(), AGENCY_FILES.about), '{"id":"A"}');
    assert.throws(() => openAgency(directory()), { code: 'not-an-agency' });
  });
});
