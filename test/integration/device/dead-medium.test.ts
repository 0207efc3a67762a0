import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';
import { skip } from '../../support/skip.ts';

/** A medium that comes back within the camera's own five seconds and what a slow machine adds. */
const BACK_MS = 30_000;

describe('camera on a medium that cannot be used', function () {
  this.timeout(120_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  async function isIn(camera: CameraProgram, state: string): Promise<void> {
    await until(`it is in ${state}`, async () => (await camera.status()).state === state, BACK_MS, 100);
  }

  async function recordsWell(camera: CameraProgram): Promise<void> {
    await until('the ring fills', async () => (await camera.status()).ringSeconds > 1);
    assert.equal((await camera.press('record')).code, 'recording-started');
    assert.equal((await camera.press('stop')).code, 'recording-stopped');
  }

  it('shows a fault and refuses while there is none at the start, and is ready by itself when there is', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      const inTheWay = join(directory, 'state');
      writeFileSync(inTheWay, 'not a directory');
      try {
        await camera.start();
        assert.equal((await camera.status()).state, 'fault');
        assert.deepEqual((await camera.status()).warnings, ['storage-failed']);
        const { ok, code } = await camera.press('record');
        assert.deepEqual([ok, code], [false, 'storage-failed']);
        unlinkSync(inTheWay);
        await isIn(camera, 'standby');
        await recordsWell(camera);
        assert.ok(await camera.stop());
      } finally {
        await camera.kill();
      }
    }));

  it('ends in order though there never was one', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity);
      writeFileSync(join(directory, 'state'), 'not a directory');
      try {
        await camera.start();
        assert.deepEqual(await camera.ask('POST', '/shutdown'), { ok: true });
        await until('the process is gone', () => !camera.running);
      } finally {
        await camera.kill();
      }
    }));

  it('makes no second journal where its card is not mounted; ejected in use, it shows a fault until it is back, and records on', async function () {
    await withDirectory(async (directory) => {
      const card = join(directory, 'card');
      const state = join(directory, 'state');
      mkdirSync(card);
      mkdirSync(state);
      const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });
      const eject = (): void => void execFileSync('umount', ['-l', state]);
      try {
        mount('-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', card);
      } catch {
        skip(this, 'mounting needs root');
      }
      const camera = await CameraProgram.fast(directory, identity, { stateIsMounted: true });
      let inserted = false;
      try {
        await camera.start();
        assert.equal((await camera.status()).state, 'fault');
        assert.deepEqual(readdirSync(state), []);
        mount('--bind', card, state);
        inserted = true;
        await isIn(camera, 'standby');
        await recordsWell(camera);

        assert.equal((await camera.press('record')).code, 'recording-started');
        eject();
        inserted = false;
        await isIn(camera, 'fault');
        assert.equal((await camera.press('record')).code, 'storage-failed');
        assert.deepEqual(readdirSync(state), [], 'nothing is written where the card is not');
        mount('--bind', card, state);
        inserted = true;
        await isIn(camera, 'recording');
        assert.equal((await camera.press('stop')).code, 'recording-stopped');
        await recordsWell(camera);
        assert.ok(await camera.stop());
        const journal = camera.openJournal();
        const { recordings, lost } = auditJournal(journal, identity);
        const reasons = [...recordings.values()].map(({ closed }) => closed?.body.reason);
        assert.deepEqual(reasons, ['stopped', 'storage-fault', 'stopped', 'stopped']);
        assert.equal(lost.size, 0);
        journal.close();
      } finally {
        await camera.kill();
        if (inserted) eject();
        execFileSync('umount', ['-l', card]);
      }
    });
  });

  it('shows a fault on a medium that turned read-only, and is well again when it takes bytes', async function () {
    await withDirectory(async (directory) => {
      const state = join(directory, 'state');
      mkdirSync(state);
      const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'ignore' });
      try {
        mount('-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', state);
      } catch {
        skip(this, 'mounting needs root');
      }
      const camera = await CameraProgram.fast(directory, identity);
      try {
        await camera.start();
        await isIn(camera, 'standby');
        await recordsWell(camera);
        await camera.kill();
        mount('-o', 'remount,ro', state);
        await camera.start();
        assert.equal((await camera.status()).state, 'fault');
        assert.equal((await camera.press('record')).code, 'storage-failed');
        mount('-o', 'remount,rw', state);
        await isIn(camera, 'standby');
        await recordsWell(camera);
        assert.ok(await camera.stop());
        const journal = camera.openJournal();
        assert.equal(auditJournal(journal, identity).recordings.size, 2);
        journal.close();
      } finally {
        await camera.kill();
        execFileSync('umount', ['-l', state]);
      }
    });
  });
});
