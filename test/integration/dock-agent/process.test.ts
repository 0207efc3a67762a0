import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signPolicy, signRoster } from '@mingjing/protocol';
import { loadEvidenceIdentity } from '@mingjing/runtime';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { generatedObject } from '../../support/dock-agent/generated-object.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

const KILLS = 12;

describe('the dock’s process', function () {
  this.timeout(180_000);
  let test: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let dock: DockProcess;
  const name = { device: 'cam-1', epoch: 1 };

  beforeEach(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    archive = new WireArchive(`${test.dir}/archive-arc`);
    await archive.open();
    await wire.insert();
    dock = new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: archive.url,
      bays: [{ bay: 1, camera: wire.url }],
      log: { level: 'warn' },
    });
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    await wire.pull();
    await archive.vanish();
    test.close();
  });
  const complete = async (): Promise<void> => {
    await eventually(
      () => camera.objects.size === 0 && archive.model.size(name) === camera.size,
      () => `${camera.objects.size} objects on the camera, ${dock.error}`,
      60_000,
    );
  };

  it('brings everything in, and stops cleanly when it is told to', async () => {
    const named = camera.record(100_000, 2_000_000);
    await dock.start();
    await complete();
    assert.equal(await dock.end('SIGTERM'), 0);
    assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    assert.equal(dock.error, '');
  });

  it('stops cleanly in the middle of an object', async () => {
    camera.recordObjects([generatedObject(400_000_000)]);
    await dock.start();
    await eventually(
      () => wire.asked.length >= 2,
      () => dock.error,
    );
    assert.equal(await dock.end('SIGTERM'), 0);
    assert.equal(archive.model.objects.size, 1);
  });

  it(`loses nothing when it is killed at ${KILLS} random moments`, async () => {
    const named = [
      ...camera.recordObjects(Array.from({ length: 6 }, () => generatedObject(25_000_000))),
      ...camera.record(...Array.from({ length: 30 }, () => 50_000)),
    ];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await dock.start();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      await dock.end('SIGKILL');
    }
    await dock.start();
    await complete();
    assert.deepEqual([...archive.model.objects].toSorted(), named.toSorted());
    assert.equal(await dock.end('SIGTERM'), 0);
    assert.doesNotMatch(dock.error, /critical|object-/);
  });

  it('needs no more memory for more footage, and no disk', async () => {
    const dockAgain = async (mebibytes: number): Promise<number> => {
      let most = 0;
      await wire.pull();
      camera.recordObjects([generatedObject(mebibytes * 1024 * 1024)]);
      await wire.insert();
      const watch = setInterval(() => (most = Math.max(most, dock.resident)), 10);
      await complete();
      clearInterval(watch);
      return most / 1024 / 1024;
    };
    await dock.start();
    const warm = await dockAgain(64);
    const large = await dockAgain(200);
    assert.ok(large - warm < 48, `${warm.toFixed(0)} MiB for 64 MiB of footage, ${large.toFixed(0)} for 200`);
    for (const file of readdirSync(join(test.dir, 'dock-state'))) {
      assert.match(file, /^cameras\.sqlite/);
      assert.ok(statSync(join(test.dir, 'dock-state', file)).size < 1_000_000, file);
    }
  });

  it('cares for the camera beside the transfer: the policy is handed over, and its entry comes in', async () => {
    const { signer, chain } = loadEvidenceIdentity(`${test.dir}/archive-arc`, 'archive');
    const policies = join(test.dir, 'policies');
    mkdirSync(policies);
    const note = { note: signPolicy('arc', { version: 3 }, signer), evidence: [...chain] };
    writeFileSync(join(policies, 'policy.json'), JSON.stringify(note));
    const roster = join(test.dir, 'roster.json');
    writeFileSync(roster, JSON.stringify(signRoster('arc', 1, [], { signer, chain })));
    const caring = new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: archive.url,
      bays: [{ bay: 1, camera: wire.url }],
      care: { policyDirectory: policies },
      desk: { roster },
      log: { level: 'warn' },
    });
    camera.record(100_000);
    await caring.start();
    await eventually(
      () => camera.policy.version === 3,
      () => caring.error,
    );
    await complete();
    assert.equal(await caring.end('SIGTERM'), 0);
    assert.equal(caring.error, '');
  });

  it('says what is wrong with its configuration, all at once', async () => {
    const bad = new DockProcess(test.dir, { archive: 'http://x', bays: [], colour: 'red' });
    await assert.rejects(bad.start(), (error: Error) => {
      assert.match(error.message, /bad-config/);
      for (const mistake of ['identityDirectory', '/archive', '/bays'])
        assert.match(error.message, new RegExp(mistake));
      return true;
    });
  });
});
