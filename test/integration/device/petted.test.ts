import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { createLog, loadEvidenceIdentity, readConfig } from '@mingjing/runtime';
import { FileFootageStore } from '../../../device/adapters/file-footage-store.ts';
import { buildBody } from '../../../device/build-ports.ts';
import { CameraProcess } from '../../../device/camera-process.ts';
import { configuredPolicy } from '../../../device/camera-settings.ts';
import { CameraConfig } from '../../../device/config.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('watchdog of a camera', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  it('is petted while the camera works, and not while its storage hangs', async () => {
    const at = directory();
    await CameraProgram.fast(at, identity); // writes the configuration
    const config = readConfig(CameraConfig, join(at, 'camera.json'));
    const evidence = loadEvidenceIdentity(identity, 'camera');
    const policy = configuredPolicy(config);
    const body = buildBody(config, evidence, () => policy.picture, createLog('test', { level: 'silent' }));
    const store = FileFootageStore.prototype;
    const measured = Object.getOwnPropertyDescriptor(store, 'freeBytes');
    const gate = Promise.withResolvers<number>();
    let pets = 0;
    const camera = new CameraProcess(config, evidence, body, {
      nameplate: { device: 'cam-1', agency: 'testagency', policy, now: () => body.clock.now().at },
      policyApplied: () => undefined,
      ending: () => undefined,
      watchdog: {
        ready: () => undefined,
        pet: () => (pets += 1),
        status: () => undefined,
        close: () => Promise.resolve(),
      },
    });
    try {
      await camera.begin();
      await until('it is petted', () => pets >= 2);
      store.freeBytes = () => gate.promise;
      let before = 0;
      let unchanged = 0;
      await until(
        'nobody pets it',
        () => {
          unchanged = pets === before ? unchanged + 1 : 0;
          before = pets;
          return unchanged >= 3;
        },
        30_000,
        1_000,
      );
      gate.resolve(1e12);
      await until('it is petted again', () => pets > before);
    } finally {
      if (measured !== undefined) Object.defineProperty(store, 'freeBytes', measured);
      gate.resolve(1e12);
      await camera.end('test');
    }
  });
});
