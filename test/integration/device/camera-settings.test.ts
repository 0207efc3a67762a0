import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { readCameraPolicy, sha256, toHex, toUtf8 } from '@mingjing/protocol';
import { checkConfig, loadEvidenceIdentity } from '@mingjing/runtime';
import { configuredPolicy, settingsOf } from '../../../device/camera-settings.ts';
import { CameraConfig } from '../../../device/config.ts';
import type { RecorderSettings } from '../../../device/core/state.ts';
import type { DeviceMemory } from '../../../device/ports/device-memory.ts';
import { ScriptedCapture } from '../../../device/simulated/scripted-capture.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { quiet } from '../../support/device-capture.ts';
import { plainInit } from '../../support/device-media.ts';

describe('what a camera begins with', () => {
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  function configOf(more: object = {}): CameraConfig {
    return checkConfig(
      CameraConfig,
      {
        stateDirectory: 'state',
        identityDirectory: identity,
        capture: { kind: 'v4l2', device: '/dev/video0' },
        docking: { host: '127.0.0.1', port: 0 },
        officer: { number: '110-77' },
        ...more,
      },
      'test',
    );
  }

  async function begin(kept: Readonly<Record<string, string>>, more: object = {}): Promise<RecorderSettings> {
    const memory: DeviceMemory = {
      recall: (what) => (kept[what] === undefined ? undefined : toUtf8(kept[what])),
      keep: () => undefined,
    };
    const evidence = loadEvidenceIdentity(identity, 'camera');
    const capture = new ScriptedCapture(plainInit());
    return (await settingsOf(configOf(more), evidence, { memory, log: quiet, capture })).recorder;
  }

  it('is what it is configured for, as long as nothing else was ever said', async () => {
    const settings = await begin({}, { policy: { version: 2, segmentSeconds: 7 } });
    assert.deepEqual(settings.officer, { number: '110-77' });
    assert.equal(settings.policy.segmentSeconds, 7);
    assert.equal(settings.policySha256, undefined);
    assert.deepEqual(settings.sources, { picture: true, sound: false }, 'no microphone is configured');
  });

  it('is the officer it was handed to last, and nobody if it was returned', async () => {
    assert.deepEqual((await begin({ officer: '{"number":"110-88"}' })).officer, { number: '110-88' });
    assert.equal((await begin({ officer: 'null' })).officer, undefined);
    assert.deepEqual((await begin({ officer: '{"number":' })).officer, { number: '110-77' });
  });

  it('is the policy that was applied last, unless the configuration brings a later one', async () => {
    const bytes = '{"version":3,"segmentSeconds":4}';
    const applied = await begin({ policy: bytes }, { policy: { version: 3, segmentSeconds: 7 } });
    assert.equal(applied.policy.segmentSeconds, 4);
    assert.equal(applied.policySha256, toHex(sha256(toUtf8(bytes))));
    const later = await begin({ policy: bytes }, { policy: { version: 4, segmentSeconds: 7 } });
    assert.equal(later.policy.segmentSeconds, 7);
    assert.deepEqual((await begin({ policy: 'not JSON' })).policy, readCameraPolicy({}));
  });

  it('is refused with all that is wrong in a configured policy', () => {
    assert.throws(() => configuredPolicy(configOf({ policy: { preRecordSeconds: 121, more: 1 } })), {
      code: 'bad-config',
      message: /preRecordSeconds/,
    });
  });
});
