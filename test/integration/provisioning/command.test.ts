import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadEvidenceIdentity, loadTlsIdentity } from '@mingjing/runtime';

const MINGJING = resolve(import.meta.dirname, '../../../bin/mingjing');

describe('the mingjing command', function () {
  this.timeout(120_000);
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'mingjing-command-'))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** From another directory, with another Node first on the PATH or none at all. */
  function run(...args: string[]): { code: number | null; out: string; err: string } {
    const { status, stdout, stderr } = spawnSync(MINGJING, args, { cwd: home, encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  }
  const init = (...more: string[]): ReturnType<typeof run> =>
    run('agency', 'init', '--dir', 'a', '--agency', 'a1', '--name', '某局', ...more);

  it('explains itself in both languages', () => {
    const { code, out } = run('--help');
    assert.equal(code, 0);
    assert.match(out, /enrol.*登记设备.*enrol a camera/);
    for (const word of ['agency', 'enrol']) assert.equal(run(word, '--help').code, 0);
    assert.match(run('enrol', 'local', '--help').out, /play ALL footage/);
  });

  it('exits with 2 on wrong usage and says what it does not know', () => {
    assert.equal(run().code, 2);
    const unknown = run('toString');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /没有这个命令 · no such command: "toString"/);
    assert.equal(run('agency', 'init', '--dir', 'a').code, 2);
    assert.equal(init('--years', 'ten').code, 2);
    assert.equal(run('enrol', 'kettle', 'k', '--agency', 'a', '--out', 'k').code, 2);
  });

  it('founds an agency and enrols on one machine', () => {
    assert.equal(init().code, 0);
    assert.equal(run('enrol', 'camera', 'cam-1', '--agency', 'a', '--out', 'cam').code, 0);
    assert.equal(run('enrol', 'archive', 'arc', '--agency', 'a', '--out', 'arc', '--may-unseal').code, 0);
    assert.equal(loadEvidenceIdentity(join(home, 'cam'), 'camera').certificate.name.epoch, 1);
    assert.match(readFileSync(join(home, 'arc', 'unsealing.key'), 'utf8'), /AGE-SECRET-KEY-1/);
    const again = init();
    assert.equal(again.code, 1);
    assert.match(again.err, /already-exists/);
  });

  it('enrols in three steps, with the agency’s keys under a passphrase', () => {
    writeFileSync(join(home, 'pass'), 'open sesame\n');
    assert.equal(init('--passphrase-file', 'pass').code, 0);
    assert.equal(run('enrol', 'request', 'camera', 'cam-2', '--out', 'cam', '--epoch', '2').code, 0);
    const issue = ['enrol', 'issue', 'camera', 'cam-2', '--epoch', '2', '--agency', 'a'];
    const files = ['--request', 'cam/enrolment-request.json', '--response', 'r.json'];
    const locked = run(...issue, ...files);
    assert.equal(locked.code, 1);
    assert.match(locked.err, /wrong-passphrase/);
    const issued = run(...issue, ...files, '--passphrase-file', 'pass');
    assert.equal(issued.code, 0);
    const root = /[0-9a-f]{64}/.exec(issued.out)?.[0] ?? '';
    const install = run(
      'enrol',
      'install',
      '--out',
      'cam',
      '--response',
      'r.json',
      '--root-fingerprint',
      root,
    );
    assert.equal(install.code, 0);
    assert.equal(loadTlsIdentity(join(home, 'cam'), 'camera').certificate.name.id, 'cam-2');
  });

  describe('verify', () => {
    const verify = (directory: string, root: string, ...more: string[]): ReturnType<typeof run> =>
      run('verify', directory, '--root', root, ...more);
    const put = (name: string, content: string): string => {
      writeFileSync(join(home, name), content);
      return name;
    };
    const root = (): string => readFileSync(join(home, 'a', 'root.pem'), 'utf8');
    beforeEach(() => {
      assert.equal(init().code, 0);
      mkdirSync(join(home, 'empty'));
    });

    it('answers no with 1, and only where it has looked', () => {
      const { code, out, err } = verify('empty', 'a/root.pem', '--json');
      assert.equal(code, 1);
      assert.equal((JSON.parse(out) as { answer: string }).answer, 'bad');
      assert.equal(err, '');
    });

    it('says 2, in both languages and without a verdict, where it could not look', () => {
      const broken = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
      const open = '-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n';
      const enrolled = run('enrol', 'dock', 'd', '--agency', 'a', '--out', 'd');
      assert.equal(enrolled.code, 0);
      assert.match(enrolled.out, /witness key.*: mingjing\/dock\/d\+[0-9a-f]{8}\+B\S{43,}/);
      const blind: [string, string, RegExp][] = [
        ['nowhere', 'a/root.pem', /不存在.*no export directory: nowhere/],
        [put('file', ''), 'a/root.pem', /不是目录.*not a directory/],
        ['empty', 'nowhere.pem', /无法读取.*cannot be read/],
        ['empty', 'empty', /无法读取.*cannot be read/],
        ['empty', put('none.pem', 'junk'), /没有证书.*holds no certificate/],
        ['empty', put('broken.pem', broken), /不是机构根证书.*not a root certificate/],
        ['empty', put('half.pem', root() + broken), /不是机构根证书.*not a root certificate/],
        ['empty', put('open.pem', root() + open), /证书以外.*no certificate/],
        ['empty', put('key.pem', root() + readFileSync(join(home, 'a/root.key'), 'utf8')), /证书以外/],
        ['empty', 'd/tls.pem', /不是机构根证书.*not a root certificate/],
        ['empty', put('big.pem', root() + ' '.repeat(2_000_000)), /无法读取.*larger than/],
      ];
      for (const [directory, pem, message] of blind) {
        const { code, out, err } = verify(directory, pem);
        assert.deepEqual([code, out], [2, ''], `${directory} ${pem}: ${err}`);
        assert.match(err, message);
        assert.doesNotMatch(err, /^\s+at /m, 'a stack trace');
      }
      assert.equal(run('verify', 'empty').code, 2);
    });

    it('says 2 when its answer cannot be written, and the answer when nobody reads it', () => {
      const shell = (to: string): ReturnType<typeof run> => {
        const script = `"$0" verify empty --root a/root.pem ${to}`;
        const { status, stdout, stderr } = spawnSync('bash', ['-c', script, MINGJING], {
          cwd: home,
          encoding: 'utf8',
        });
        return { code: status, out: stdout, err: stderr };
      };
      const full = shell('> /dev/full');
      assert.equal(full.code, 2);
      assert.match(full.err, /ENOSPC/);
      assert.doesNotMatch(full.err, /^\s+at /m);
      assert.equal(shell('2>&1 | true; exit ${PIPESTATUS[0]}').code, 1);
    });

    it('tells its exit codes', () => {
      assert.match(run('verify', '--help').out, /2 未作判定[^]*no verdict/);
    });
  });

  it('refuses hostile files with a code, whatever they hold', () => {
    init();
    const codes = (content: string): string[] => {
      writeFileSync(join(home, 'f'), content);
      return [
        run('enrol', 'issue', 'dock', 'd', '--agency', 'a', '--request', 'f', '--response', 'r'),
        run('enrol', 'install', '--out', 'cam', '--response', 'f'),
      ].map(({ code, err }) => `${String(code)} ${/\(([a-z-]+)\)/.exec(err)?.[1] ?? ''}`);
    };
    const bad = [
      '',
      '[]',
      'null',
      '{"format":"mingjing/enrolment-request/1"}',
      '['.repeat(100_000),
      ' '.repeat(200_000),
    ];
    for (const content of bad)
      assert.deepEqual(codes(content), ['1 bad-request', '1 bad-response'], content.slice(0, 40));
  });
});
