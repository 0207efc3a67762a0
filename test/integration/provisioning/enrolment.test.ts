import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateEd25519, openChain, splitPem, type CertificateRole } from '@mingjing/protocol';
import { IDENTITY_FILES, loadEvidenceIdentity, loadTlsIdentity } from '@mingjing/runtime';
import {
  AGENCY_FILES,
  enrolLocally,
  installEnrolment,
  issueEnrolment,
  openAgency,
  requestEnrolment,
  requireMachine,
  rootFingerprint,
  type Agency,
  type EnrolmentRequest,
  type EnrolmentResponse,
} from '../../../provisioning/index.ts';
import { createSigningRequest } from '../../../provisioning/adapters/signing-request.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';

const ROLES: readonly CertificateRole[] = ['camera', 'dock', 'archive'];

describe('enrolment', () => {
  let test: TestAgency;
  let agency: Agency;
  beforeEach(async () => {
    test = await makeTestAgency();
    agency = openAgency(join(test.dir, 'agency'));
  });
  afterEach(() => test.close());

  const camera = requireMachine('camera', 'cam-1');
  const at = (name: string): string => join(test.dir, name);
  const request = async (): Promise<EnrolmentRequest> => await requestEnrolment(at('cam'), camera);
  const respond = async (): Promise<EnrolmentResponse> =>
    await issueEnrolment(agency, camera, await request());

  describe('gives an identity', () => {
    it('that runtime loads in its own role and in no other', async () => {
      for (const role of ROLES) {
        const directory = await test.enrol(role, `${role}-1`);
        assert.equal(loadTlsIdentity(directory, role).certificate.name.id, `${role}-1`);
        for (const other of ROLES.filter((one) => one !== role))
          assert.throws(() => loadTlsIdentity(directory, other), { code: 'bad-identity' });
        assert.equal(loadEvidenceIdentity(directory, role).certificate.name.use, 'evidence');
      }
    });

    it('whose files are its owner’s alone', async () => {
      const directory = await test.enrol('camera', 'cam-1');
      assert.equal(statSync(directory).mode & 0o777, 0o700);
      for (const file of readdirSync(directory))
        assert.equal(statSync(join(directory, file)).mode & 0o777, 0o600, file);
    });

    it('with exactly the files its role needs', async () => {
      const { tlsKey, tlsChain, evidenceKey, evidenceChain, root, recipients, unsealing } = IDENTITY_FILES;
      const files = async (role: CertificateRole, mayUnseal = false): Promise<string[]> =>
        readdirSync(await test.enrol(role, `${role}-${mayUnseal ? 'u' : 'n'}`, { mayUnseal })).toSorted();
      const signing = [tlsKey, tlsChain, root, evidenceKey, evidenceChain];
      assert.deepEqual(await files('dock'), signing.toSorted());
      assert.deepEqual(await files('camera'), [...signing, recipients].toSorted());
      assert.deepEqual(await files('archive'), signing.toSorted());
      assert.deepEqual(await files('archive', true), [...signing, unsealing].toSorted());
      await assert.rejects(test.enrol('camera', 'cam-9', { mayUnseal: true }), { code: 'bad-argument' });
      assert.equal(existsSync(at('camera-cam-9')), false);
    });

    it('that openssl accepts strictly for its purpose', async () => {
      const directory = await test.enrol('archive', 'arc', { hosts: ['archive.example.org', '10.1.2.3'] });
      const verify = (file: string, ...more: string[]): string =>
        execFileSync('openssl', [
          'verify',
          '-x509_strict',
          ...more,
          '-CAfile',
          join(directory, IDENTITY_FILES.root),
          '-untrusted',
          join(directory, file),
          join(directory, file),
        ]).toString();
      for (const purpose of ['sslserver', 'sslclient'])
        assert.match(verify(IDENTITY_FILES.tlsChain, '-purpose', purpose), /: OK$/m);
      assert.match(verify(IDENTITY_FILES.tlsChain, '-verify_hostname', 'archive.example.org'), /: OK$/m);
      assert.match(verify(IDENTITY_FILES.tlsChain, '-verify_ip', '127.0.0.1'), /: OK$/m);
      assert.match(verify(IDENTITY_FILES.evidenceChain), /: OK$/m);
    });

    it('with certificates as the protocol wants them', async () => {
      const directory = await test.enrol('camera', 'cam-1', { epoch: 7 });
      const read = (file: string): X509Certificate =>
        new X509Certificate(readFileSync(join(directory, file)));
      const tls = read(IDENTITY_FILES.tlsChain);
      const evidence = read(IDENTITY_FILES.evidenceChain);
      assert.equal(
        tls.subjectAltName,
        'URI:urn:mingjing:testagency:tls:camera:cam-1, DNS:localhost, IP Address:127.0.0.1',
      );
      assert.equal(evidence.subjectAltName, 'URI:urn:mingjing:testagency:evidence:camera:cam-1:7');
      assert.equal(tls.subject, 'CN=cam-1');
      assert.deepEqual(tls.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
      assert.equal(evidence.keyUsage, undefined);
      const years = ({ validFrom, validTo }: X509Certificate): number =>
        Math.round((Date.parse(validTo) - Date.parse(validFrom)) / 31_557_600_000);
      assert.deepEqual([years(tls), years(evidence)], [1, 3]);
      assert.ok(Date.parse(tls.validFrom) < Date.now() - 60_000);
      assert.match(tls.serialNumber, /^[0-7][0-9A-F]{31}$/);
    });
  });

  describe('on the machine', () => {
    it('writes a request that holds no private key', async () => {
      const text = JSON.stringify(await request());
      assert.doesNotMatch(text, /PRIVATE/);
      for (const file of [IDENTITY_FILES.tlsKey, IDENTITY_FILES.evidenceKey]) {
        const body = readFileSync(join(at('cam'), file), 'utf8').split('\n')[1] ?? '';
        assert.ok(body.length > 40);
        assert.ok(!text.includes(body.slice(22)), 'the seed is in the request');
      }
    });

    it('asks for the same keys when it is asked again', async () => {
      const first = readOnce(at('cam'), await request());
      const again = readOnce(at('cam'), await request());
      assert.deepEqual(again, first);
    });

    it('never writes over an identity', async () => {
      const directory = await test.enrol('camera', 'cam-1');
      const before = readFileSync(join(directory, IDENTITY_FILES.tlsKey), 'utf8');
      await assert.rejects(requestEnrolment(directory, camera), { code: 'already-exists' });
      await assert.rejects(enrolLocally(agency, camera, directory), { code: 'already-exists' });
      assert.equal(readFileSync(join(directory, IDENTITY_FILES.tlsKey), 'utf8'), before);
    });

    it('leaves the mode of a directory that was there, and takes none that others may write in', async () => {
      for (const mode of [0o755, 0o750, 0o700]) {
        const directory = at(`there-${mode.toString(8)}`);
        mkdirSync(directory);
        chmodSync(directory, mode);
        writeFileSync(join(directory, 'somebody’s'), '');
        await requestEnrolment(directory, camera);
        assert.equal(statSync(directory).mode & 0o7777, mode);
        assert.equal(statSync(join(directory, IDENTITY_FILES.tlsKey)).mode & 0o777, 0o600);
      }
      for (const mode of [0o777, 0o1777, 0o775]) {
        const directory = at(`open-${mode.toString(8)}`);
        mkdirSync(directory);
        chmodSync(directory, mode);
        await assert.rejects(requestEnrolment(directory, camera), { code: 'bad-argument' });
        assert.equal(statSync(directory).mode & 0o7777, mode);
        assert.deepEqual(readdirSync(directory), []);
      }
    });

    it('installs twice without harm, after a power cut in between', async () => {
      const response = await respond();
      installEnrolment(at('cam'), response);
      rmSync(join(at('cam'), IDENTITY_FILES.tlsChain));
      installEnrolment(at('cam'), response);
      assert.equal(loadTlsIdentity(at('cam'), 'camera').certificate.name.id, 'cam-1');
    });

    it('takes no certificates for other keys', async () => {
      const response = await respond();
      writeFileSync(join(at('cam'), IDENTITY_FILES.evidenceKey), generateEd25519().privateKeyPem);
      assert.throws(() => installEnrolment(at('cam'), response), { code: 'keys-differ' });
      assert.equal(existsSync(join(at('cam'), IDENTITY_FILES.tlsChain)), false);
    });

    it('takes no certificates that lead elsewhere, name another, or were swapped', async () => {
      const response = await respond();
      const stranger = await makeTestAgency();
      try {
        const root = stranger.roots[0] ?? '';
        const bad: Partial<EnrolmentResponse>[] = [
          { root },
          { root: 'garbage' },
          { id: 'cam-2' },
          { epoch: 2 },
          { agency: { id: 'other', name: 'x' } },
          { evidence: response.tls },
          { tls: response.evidence ?? [] },
          { tls: ['garbage'] },
          { recipients: ['age1nonsense', 'age1nonsense'] },
        ];
        for (const change of bad)
          assert.throws(
            () => installEnrolment(at('cam'), { ...response, ...change }),
            { code: 'bad-response' },
            JSON.stringify(change).slice(0, 80),
          );
      } finally {
        stranger.close();
      }
    });

    it('takes exactly one root, however a second one is brought along', async () => {
      const response = await respond();
      const stranger = await makeTestAgency();
      try {
        const own = { rootFingerprint: rootFingerprint(response.root) };
        const second = stranger.roots[0] ?? '';
        const smuggled = [
          { root: response.root + second },
          { root: second + response.root },
          { root: response.root + response.root },
          { tls: [(response.tls[0] ?? '') + second, response.tls[1] ?? ''] },
          { evidence: [response.evidence?.join('') ?? ''] },
        ];
        for (const change of smuggled)
          assert.throws(() => installEnrolment(at('cam'), { ...response, ...change }, own), {
            code: 'bad-response',
          });
        assert.throws(() => rootFingerprint(response.root + second), { code: 'bad-response' });
        assert.equal(existsSync(join(at('cam'), IDENTITY_FILES.root)), false);
      } finally {
        stranger.close();
      }
    });

    it('writes the certificates it checked and nothing that stood around them', async () => {
      const response = await respond();
      const around = (pem: string): string => `-----BEGIN X509 CERTIFICATE-----\nunread\n${pem}-- more --\n`;
      installEnrolment(at('cam'), {
        ...response,
        root: around(response.root),
        tls: response.tls.map(around),
      });
      const { root, tlsChain } = IDENTITY_FILES;
      assert.equal(readFileSync(join(at('cam'), root), 'utf8'), response.root);
      assert.equal(readFileSync(join(at('cam'), tlsChain), 'utf8'), response.tls.join(''));
    });

    it('holds the root to the fingerprint it was told, and to the root it has', async () => {
      const response = await respond();
      assert.throws(() => installEnrolment(at('cam'), response, { rootFingerprint: '00'.repeat(32) }), {
        code: 'other-agency',
      });
      const der = new X509Certificate(response.root).raw;
      const sha256 = createHash('sha256').update(der).digest('hex');
      assert.equal(rootFingerprint(response.root), sha256);
      writeFileSync(join(at('cam'), IDENTITY_FILES.root), 'another');
      assert.throws(() => installEnrolment(at('cam'), response, { rootFingerprint: sha256 }), {
        code: 'other-agency',
      });
    });
  });

  describe('at the agency', () => {
    const issue = async (change: Partial<EnrolmentRequest>, machine = camera): Promise<unknown> =>
      await issueEnrolment(agency, machine, { ...(await request()), ...change });
    const csr = async (name: string, unit: string): Promise<string> =>
      await createSigningRequest(generateEd25519().privateKeyPem, name, unit);

    it('refuses a request for any other machine than the person named', async () => {
      const other = { code: 'other-machine' };
      await assert.rejects(issue({}, requireMachine('camera', 'cam-2')), other);
      await assert.rejects(issue({}, requireMachine('camera', 'cam-1', 2)), other);
      await assert.rejects(issue({}, requireMachine('archive', 'cam-1')), other);
      await assert.rejects(issue({ id: 'cam-2' }), other);
    });

    it('refuses a signing request whose own subject says another machine, role, use or epoch', async () => {
      const other = { code: 'other-machine' };
      await assert.rejects(issue({ tls: await csr('cam-2', 'camera tls') }), other);
      await assert.rejects(issue({ tls: await csr('cam-1', 'archive tls') }), other);
      await assert.rejects(issue({ tls: await csr('cam-1', 'camera evidence 1') }), other);
      await assert.rejects(issue({ evidence: await csr('cam-1', 'camera evidence 2') }), other);
    });

    it('refuses a signing request that its own key did not sign', async () => {
      const { tls } = await request();
      const der = Buffer.from(tls.replace(/-----[^-]+-----|\n/g, ''), 'base64');
      const signed = { from: 3, to: 5 + (der[4] ?? 0) };
      const signature = { from: der.length - 64, to: der.length };
      for (let at = signed.from; at < der.length; at += 1) {
        if (at >= signed.to && at < signature.from) continue; // the name of the algorithm, outside of both
        const bent = Buffer.from(der);
        bent[at] = (bent[at] ?? 0) ^ 0x01;
        const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${bent.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
        await assert.rejects(
          issue({ tls: pem }),
          (error: { code?: string }) => error.code === 'bad-csr' || error.code === 'other-machine',
          `bit flipped in byte ${at}`,
        );
      }
      assert.deepEqual(agency.ledger.read(), []);
    });

    it('refuses garbage, an RSA key, a certificate in place of a request', async () => {
      const rsa = execFileSync(
        'openssl',
        [
          'req',
          '-new',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          '/dev/null',
          '-subj',
          '/CN=cam-1/OU=camera tls',
        ],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      ).toString();
      const nested = Buffer.from('3080'.repeat(3000), 'hex').toString('base64');
      for (const tls of ['', 'x', 'A'.repeat(8000), nested, rsa, test.roots[0] ?? ''])
        await assert.rejects(issue({ tls }), { code: 'bad-csr' }, tls.slice(0, 30));
    });

    it('refuses one key for two uses, two machines, or a second key for a journal epoch', async () => {
      const key = generateEd25519().privateKeyPem;
      const both = {
        tls: await createSigningRequest(key, 'cam-1', 'camera tls'),
        evidence: await createSigningRequest(key, 'cam-1', 'camera evidence 1'),
      };
      await assert.rejects(issue(both), { code: 'key-reused' });
      await issue({});
      const taken = { evidence: await csr('cam-1', 'camera evidence 1') };
      await assert.rejects(issue(taken), { code: 'epoch-taken' });
      await issue({}); // the same key again is a renewal
      const two = requireMachine('camera', 'cam-1', 2);
      const asked = await requestEnrolment(at('cam'), two);
      await assert.rejects(issueEnrolment(agency, two, asked), { code: 'key-reused' });
    });

    it('takes an Ed25519 request that openssl made', async () => {
      const key = at('k.pem');
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
      const dock = requireMachine('dock', 'dock-1');
      const tls = execFileSync('openssl', ['req', '-new', '-key', key, '-subj', '/CN=dock-1/OU=dock tls']);
      const response = await issueEnrolment(agency, dock, {
        format: 'mingjing/enrolment-request/1',
        role: 'dock',
        id: 'dock-1',
        tls: tls.toString(),
      });
      assert.equal(openChain(response.tls, test.roots).name.id, 'dock-1');
    });

    it('puts no host in a certificate but those the person gave, and refuses strange ones', async () => {
      for (const host of ['a b', '*.example.org', 'Ä.de', 'x'.repeat(64), 'a,DNS:b', ''])
        await assert.rejects(
          issueEnrolment(agency, camera, await request(), { hosts: [host] }),
          { code: 'bad-argument' },
          host,
        );
    });

    it('issues nothing that outlives its issuer', async () => {
      const now = new Date(Date.now() + 9.5 * 31_557_600_000);
      const { evidence } = await issueEnrolment(agency, camera, await request(), { now });
      const issuing = new X509Certificate(readFileSync(join(test.dir, 'agency', AGENCY_FILES.issuing)));
      const [leaf = ''] = evidence ?? [];
      assert.equal(new X509Certificate(leaf).validTo, issuing.validTo);
    });

    it('gives one journal epoch one key, however many issue at once', async function () {
      this.timeout(60_000);
      const files = await Promise.all(
        Array.from({ length: 4 }, async (_, n) => {
          const file = at(`request-${n}.json`);
          writeFileSync(file, JSON.stringify(await requestEnrolment(at(`cam-${n}`), camera)));
          return file;
        }),
      );
      // A long ledger takes long to check: without the lock, all would find the epoch free.
      const line = (n: number): string => {
        const common = { at: '', serial: String(n), notAfter: '', fingerprint: '', key: String(n) };
        return `${JSON.stringify({ ...common, uri: `urn:mingjing:testagency:tls:dock:d-${n}` })}\n`;
      };
      const known = 20_000;
      writeFileSync(
        join(test.dir, 'agency', AGENCY_FILES.ledger),
        Array.from({ length: known }, (_, n) => line(n)).join(''),
      );
      const results = await issueAtOnce(join(test.dir, 'agency'), files);
      assert.deepEqual(results.toSorted(), [...Array<string>(3).fill('epoch-taken'), 'issued']);
      assert.equal(agency.ledger.read().length, known + 2);
      assert.equal(existsSync(join(test.dir, 'agency', `${AGENCY_FILES.ledger}.lock`)), false);
    });

    it('says whose lock it met, and leaves it to a person', async () => {
      const asked = await request();
      const lock = join(test.dir, 'agency', `${AGENCY_FILES.ledger}.lock`);
      const { pid } = spawnSync('true');
      writeFileSync(lock, `${pid}\n`);
      await assert.rejects(
        issueEnrolment(agency, camera, asked),
        (error: Error & { code?: string }) =>
          error.code === 'locked' &&
          error.message.includes(lock) &&
          error.message.includes(`${pid}, which has ended`),
      );
      assert.deepEqual(agency.ledger.read(), []);
      assert.ok(existsSync(lock));
      rmSync(lock);
      await issueEnrolment(agency, camera, asked);
    });

    it('lets go of its lock when it refuses', async () => {
      await issue({});
      const taken = { evidence: await csr('cam-1', 'camera evidence 1') };
      for (let n = 0; n < 2; n += 1) await assert.rejects(issue(taken), { code: 'epoch-taken' });
      await issue({});
    });

    it('has every certificate in its ledger, and a half-written last line does not stop it', async () => {
      const ledger = join(test.dir, 'agency', AGENCY_FILES.ledger);
      const first = await respond();
      writeFileSync(ledger, '{"at":"20', { flag: 'a' });
      await test.enrol('dock', 'dock-1');
      const known = agency.ledger.read();
      assert.deepEqual(
        known.map(({ uri }) => uri),
        [
          'urn:mingjing:testagency:tls:camera:cam-1',
          'urn:mingjing:testagency:evidence:camera:cam-1:1',
          'urn:mingjing:testagency:tls:dock:dock-1',
          'urn:mingjing:testagency:evidence:dock:dock-1',
        ],
      );
      const fingerprint = new X509Certificate(splitPem(first.tls.join(''))[0] ?? '').fingerprint256;
      assert.equal(known[0]?.fingerprint, fingerprint.replaceAll(':', '').toLowerCase());
      writeFileSync(ledger, `garbage\n${readFileSync(ledger, 'utf8')}`);
      assert.throws(() => agency.ledger.read(), { code: 'not-an-agency' });
    });
  });
});

/** One process for each request, all waiting for the same moment; gives 'issued' or the code of each. */
async function issueAtOnce(agency: string, requests: readonly string[]): Promise<string[]> {
  const script = `
    import { readFileSync } from 'node:fs';
    import { issueEnrolment, openAgency, requireMachine } from ${JSON.stringify(import.meta.resolve('../../../provisioning/index.ts'))};
    const [agency, request, start] = process.argv.slice(1);
    const opened = openAgency(agency);
    const asked = JSON.parse(readFileSync(request, 'utf8'));
    while (Date.now() < Number(start));
    const code = await issueEnrolment(opened, requireMachine('camera', 'cam-1'), asked).then(() => 'issued', (error) => error.code);
    process.stdout.write(String(code));
  `;
  const start = String(Date.now() + 300 * requests.length + 1500);
  const run = promisify(execFile);
  const args = ['--input-type=module', '-e', script, agency];
  const results = requests.map((request) => run(process.execPath, [...args, request, start]));
  return (await Promise.all(results)).map(({ stdout }) => stdout);
}

/** What a request says about keys; the signatures are as deterministic as Ed25519. */
function readOnce(directory: string, request: EnrolmentRequest): unknown {
  return { request, key: readFileSync(join(directory, IDENTITY_FILES.tlsKey), 'utf8') };
}
