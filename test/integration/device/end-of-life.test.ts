import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { HandsRelay } from '../../../device/shell/hands-relay.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';
import { ScriptedHands } from '../../support/scripted-hands.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('end of a camera', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  it('journals nothing behind power-off, whatever comes', async () => {
    const rig = await CameraRig.start({ identity, directory: directory() });
    await rig.camera.shutDown('test');
    const { size } = rig.journal;
    assert.equal(rig.journal.last?.type, 'power-off');
    await rig.camera.applyPolicy(Buffer.from('{'));
    rig.camera.report('buttons-lost', 'test');
    rig.camera.clockStepped({ before: '2026-01-01T00:00:00.000Z', after: '2026-01-02T00:00:00.000Z' });
    assert.equal((await rig.camera.press('record')).code, 'powered-off');
    await rig.camera.shutDown('again');
    assert.deepEqual([rig.journal.size, rig.journal.last.type], [size, 'power-off']);
    await rig.close();
  });

  it('is one and the same by hand and by signal: the hands wait until all that journals has ended', async () => {
    const hands = new ScriptedHands();
    const ended = Promise.withResolvers<undefined>();
    const reasons: string[] = [];
    const relay = new HandsRelay(hands, async (reason) => {
      reasons.push(reason);
      await ended.promise;
    });
    let isDown = false;
    const down = relay.shutDown('button').then(() => (isDown = true));
    await Promise.resolve();
    assert.deepEqual([reasons, hands.shutDowns, isDown], [['button'], [], false]);
    ended.resolve(undefined);
    await down;
  });

  it('comes, page or no page, when it is asked for while the camera opens', async () => {
    const at = directory();
    new CameraProgram(at, identity, { web: { port: 0 } }); // writes the configuration
    const root = new URL('../../..', import.meta.url).pathname;
    const camera = spawn('node', ['device/main.ts', '--config', join(at, 'camera.json'), '--simulate'], {
      cwd: root,
      stdio: 'ignore',
    });
    try {
      const ended = once(camera, 'exit');
      await until('it opens', () => existsSync(join(at, 'state/epoch-1/journal.db-wal')), 20_000, 1);
      camera.kill('SIGTERM');
      await until('it has ended', () => camera.exitCode !== null, 15_000);
      assert.deepEqual(await ended, [0, null]);
    } finally {
      camera.kill('SIGKILL');
    }
  });
});
