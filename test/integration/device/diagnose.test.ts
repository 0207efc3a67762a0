import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { cameraOrigin, noteVerifier, openNote, sha256, toHex } from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { CHECKS, type Check, type CheckResult, type Diagnosis } from '../../../device/core/diagnosis.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal, JOURNAL, openJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { playNmea } from '../../support/nmea-player.ts';
import { REPOSITORY } from '../../support/processes.ts';

describe('the diagnosis of a camera', function () {
  this.timeout(90_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'mingjing-diagnosis-'))));

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const state = (): string => join(directory, 'state');
  const journalPath = (): string => join(state(), 'epoch-1/journal.db');

  function configure(more: object = {}): string {
    const path = join(directory, 'camera.json');
    const config = {
      ...{ stateDirectory: state(), identityDirectory: identity, capture: { kind: 'test-pattern' } },
      policy: { picture: { width: 320, height: 240, framesPerSecond: 10, bitsPerSecond: 300_000 } },
      ...{ docking: { host: '127.0.0.1', port: 0 }, reserveBytes: 0, ...more },
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  async function diagnose(
    config: string,
    ...more: string[]
  ): Promise<{ status: number; out: string; said: string }> {
    const args = ['device/main.ts', 'diagnose', '--config', config, ...more];
    const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close') as Promise<[number]>;
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [status] = await ended;
    return { status, out, said };
  }

  const check = ({ checks }: Diagnosis, wanted: Check): CheckResult => {
    const found = checks.find((one) => one.check === wanted);
    assert.ok(found !== undefined, wanted);
    return found;
  };

  it('tries the real parts, and its signed report is named by the journal', async () => {
    const gps = await playNmea(directory);
    try {
      const config = configure({ gps: { kind: 'nmea', path: gps.path, baudRate: 9600 } });
      const page = join(directory, 'report.html');
      const { status, out, said } = await diagnose(config, '--json', '--html', page);
      assert.equal(status, 0, said);
      const report = JSON.parse(out) as Diagnosis;
      assert.deepEqual(
        report.checks.map((one) => one.check),
        CHECKS,
      );
      assert.equal(check(report, 'camera').grade, 'good');
      assert.equal(check(report, 'camera').figures['picture-size'], '320 × 240');
      assert.equal(check(report, 'microphone').grade, 'good');
      assert.equal(check(report, 'position').figures.receiver, 'fix');
      assert.ok(Math.abs(Number(check(report, 'clock').figures['off-by'])) < 3_000);
      assert.ok(Number(check(report, 'storage').figures['write-speed']) > 0);
      assert.ok(Number(check(report, 'storage').figures['sync-p99']) > 0);

      const [json = '', note = ''] = ['.json', '.note'].map((ending) => {
        const name = readdirSync(join(state(), 'diagnosis')).find((file) => file.endsWith(ending));
        return readFileSync(join(state(), 'diagnosis', name ?? ''), 'utf8');
      });
      assert.deepEqual(JSON.parse(json), report);
      const hash = toHex(sha256(Buffer.from(json)));
      const { publicKey } = loadEvidenceIdentity(identity, 'camera').certificate;
      const origin = cameraOrigin(JOURNAL);
      const { text: signed } = openNote(note, [noteVerifier(origin, publicKey)]);
      assert.equal(signed, `${origin}/diagnosis\n${hash}\n`);
      assert.ok(readFileSync(page, 'utf8').includes(hash));

      const journal = openJournal(journalPath(), identity);
      auditJournal(journal, identity);
      assert.equal(journal.last?.type, 'power-off');
      assert.ok(journal.entries(1, 1).some((entry) => Buffer.from(entry).includes(hash)));
      journal.close();
    } finally {
      await gps.close();
    }
  });

  it('tells of a dead lens, a receiver that is not there and a journal that does not hold, and files the page', async () => {
    const journal = openJournal(await madeState(), identity);
    journal.close();
    writeFileSync(journalPath(), 'not a database, whatever it was');
    const config = configure({
      capture: { kind: 'v4l2', device: join(directory, 'video0') },
      gps: { kind: 'nmea', path: join(directory, 'gps'), baudRate: 9600 },
    });
    const page = join(directory, 'report.html');
    const { status, out } = await diagnose(config, '--html', page);
    assert.equal(status, 1);
    for (const words of [
      '没有画面',
      'No picture',
      '打不开定位模块的串口',
      '日志核对不上',
      '不要使用，请送修',
    ])
      assert.ok(out.includes(words), `${words} in:\n${out}`);
    assert.match(readFileSync(page, 'utf8'), /日志未能记录本报告/);
    assert.equal(readFileSync(journalPath(), 'utf8'), 'not a database, whatever it was');
  });

  async function madeState(): Promise<string> {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(state(), 'epoch-1'), { recursive: true });
    return journalPath();
  }

  it('leaves a running camera alone, and says what to do', async () => {
    const camera = new CameraProgram(directory, identity);
    await camera.start();
    try {
      const { status, said } = await diagnose(join(directory, 'camera.json'));
      assert.equal(status, 2);
      assert.match(said, /正在运行，请先停止.*stop it first/s);
    } finally {
      await camera.stop();
    }
  });
});
