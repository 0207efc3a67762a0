import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRevoked, issuedAs, openRevocationList, splitPem, splitRevocationLists } from '@mingjing/protocol';
import {
  AGENCY_FILES,
  openAgency,
  requireMachine,
  revokeMachine,
  writeRevocations,
} from '../../../provisioning/index.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { REPOSITORY } from '../../support/processes.ts';

describe('taking certificates back', () => {
  let test: TestAgency;
  let directory: string;
  let out: string;
  beforeEach(async () => {
    test = await makeTestAgency();
    directory = join(test.dir, 'agency');
    out = join(test.dir, 'crl.pem');
    await test.enrol('camera', 'cam-1', { epoch: 1 });
    await test.enrol('camera', 'cam-2');
  });
  afterEach(() => test.close());

  const leaf = (machine: string, file: string): string =>
    splitPem(readFileSync(join(test.dir, machine, file), 'utf8'))[0] ?? '';
  const authorities = (): string[] => [
    readFileSync(join(directory, AGENCY_FILES.issuing), 'utf8'),
    ...test.roots,
  ];
  const revoke = (id: string): number =>
    revokeMachine(directory, openAgency(directory), requireMachine('camera', id)).length;

  it('takes back all that a machine has, and nobody else’s', async () => {
    assert.equal(revoke('cam-1'), 2);
    await writeRevocations(directory, openAgency(directory), out);
    const lists = splitRevocationLists(readFileSync(out)).map((der) =>
      openRevocationList(der, authorities()),
    );
    const is = (pem: string): boolean => isRevoked(lists, issuedAs(pem));
    assert.ok(is(leaf('camera-cam-1-1', 'tls.pem')));
    assert.ok(is(leaf('camera-cam-1-1', 'evidence.pem')));
    assert.ok(!is(leaf('camera-cam-2', 'tls.pem')));
  });

  it('adds to what was taken back before, and counts its lists', async () => {
    revoke('cam-1');
    await writeRevocations(directory, openAgency(directory), out);
    const [first] = splitRevocationLists(readFileSync(out));
    assert.equal(revoke('cam-1'), 0);
    assert.equal(revoke('cam-2'), 2);
    await writeRevocations(directory, openAgency(directory), out, { now: new Date(Date.now() + 60_000) });
    const [second] = splitRevocationLists(readFileSync(out));
    assert.ok(first !== undefined && second !== undefined);
    const [before, after] = [first, second].map((der) => openRevocationList(der, authorities()));
    assert.equal(after?.serials.size, 4);
    assert.ok((after.number ?? 0n) > (before?.number ?? 0n));
  });

  it('gives a list that openssl accepts, and by which it refuses the machine', async () => {
    revoke('cam-1');
    await writeRevocations(directory, openAgency(directory), out);
    const issuing = join(directory, AGENCY_FILES.issuing);
    const said = spawnSync('openssl', ['crl', '-in', out, '-CAfile', issuing, '-noout', '-text'], {
      encoding: 'utf8',
    });
    assert.match(said.stderr, /verify OK/);
    assert.match(said.stdout, /Next Update/);
    const verify = (machine: string): string =>
      spawnSync(
        'openssl',
        [
          'verify',
          '-crl_check',
          ...['-CRLfile', out, '-CAfile', join(directory, AGENCY_FILES.root)],
          ...['-untrusted', issuing, join(test.dir, machine, 'tls.pem')],
        ],
        { encoding: 'utf8' },
      ).stderr;
    assert.match(verify('camera-cam-1-1'), /certificate revoked/);
    assert.equal(verify('camera-cam-2'), '');
  });

  it('is a command', () => {
    const mingjing = (...args: string[]): string =>
      execFileSync(join(REPOSITORY, 'bin/mingjing'), [
        'agency',
        ...args,
        '--dir',
        directory,
        '--out',
        out,
      ]).toString();
    assert.match(mingjing('revoke', 'camera', 'cam-1'), /urn:mingjing:testagency:tls:camera:cam-1/);
    assert.match(mingjing('revocations', '--days', '7'), /crl\.pem/);
    const [der = new Uint8Array()] = splitRevocationLists(readFileSync(out));
    assert.equal(openRevocationList(der, authorities()).serials.size, 2);
  });

  it('refuses who was never there, and a ledger that was bent', () => {
    assert.throws(() => revoke('cam-9'), { code: 'never-issued' });
    writeFileSync(join(directory, 'revoked.jsonl'), '{"serial":1}\n');
    assert.throws(() => revoke('cam-1'), { code: 'not-an-agency' });
  });

  describe('a list', () => {
    let der: Uint8Array;
    beforeEach(async () => {
      revoke('cam-1');
      await writeRevocations(directory, openAgency(directory), out);
      der = splitRevocationLists(readFileSync(out))[0] ?? new Uint8Array();
      assert.equal(openRevocationList(der, authorities()).serials.size, 2);
    });

    it('counts with no byte changed', () => {
      for (let at = 0; at < der.length; at += 1) {
        const bent = Uint8Array.from(der, (byte, n) => (n === at ? byte ^ 1 : byte));
        assert.throws(
          () => openRevocationList(bent, authorities()),
          { code: 'bad-revocation-list' },
          `byte ${at}`,
        );
      }
    });

    it('counts with no byte missing', () => {
      for (let end = 0; end < der.length; end += 1)
        assert.throws(() => openRevocationList(der.subarray(0, end), authorities()), {
          code: 'bad-revocation-list',
        });
    });

    it('counts from no authority that is not known here', async () => {
      const stranger = await makeTestAgency('stranger');
      try {
        const issuing = readFileSync(join(stranger.dir, 'agency', AGENCY_FILES.issuing), 'utf8');
        assert.throws(() => openRevocationList(der, [issuing, ...stranger.roots]), {
          code: 'bad-revocation-list',
        });
        assert.throws(() => openRevocationList(der, [leaf('camera-cam-2', 'tls.pem')]), {
          code: 'bad-revocation-list',
        });
      } finally {
        stranger.close();
      }
    });
  });
});
