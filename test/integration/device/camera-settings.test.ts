import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { encodeEntry, readCameraPolicy, sha256, toHex, toUtf8, type Entry } from '@mingjing/protocol';
import { checkConfig, loadEvidenceIdentity } from '@mingjing/runtime';
import { configuredPolicy, settingsOf } from '../../../device/camera-settings.ts';
import { CameraConfig } from '../../../device/config.ts';
import type { RecorderSettings } from '../../../device/core/state.ts';
import type { DeviceMemory } from '../../../device/ports/device-memory.ts';
import { ScriptedCapture } from '../../../device/simulated/scripted-capture.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
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

  const stamps = { at: '2026-11-20T08:00:00.000Z', boot: 'ab'.repeat(16), mono: 1 };
  const assigned = (officer: string) => ({ type: 'officer-assigned', ...stamps, officer }) as const;
  const returned = (officer: string) => ({ type: 'officer-returned', ...stamps, officer }) as const;
  const applied = (bytes: string, version: number) =>
    ({ type: 'policy-applied', ...stamps, policy: toHex(sha256(toUtf8(bytes))), version }) as const;
  let doubts: string[] = [];

  async function begin(
    kept: Readonly<Record<string, string>>,
    more: object = {},
    told: readonly Entry[] = [],
  ): Promise<RecorderSettings> {
    doubts = [];
    const memory: DeviceMemory = {
      recall: (what) => (kept[what] === undefined ? undefined : toUtf8(kept[what])),
      keep: () => undefined,
    };
    const evidence = loadEvidenceIdentity(identity, 'camera');
    const entries = told.map(encodeEntry);
    const parts = {
      ...{ memory, capture: new ScriptedCapture(plainInit()) },
      journal: {
        ...{ first: 0, size: entries.length },
        entries: (from: number, limit: number) => entries.slice(from, from + limit),
      },
      doubt: (detail: string) => void doubts.push(detail),
    };
    return (await settingsOf(configOf(more), evidence, parts)).recorder;
  }

  it('is what it is configured for, as long as nothing else was ever said', async () => {
    const settings = await begin({}, { policy: { version: 2, segmentSeconds: 7 } });
    assert.deepEqual(settings.officer, { number: '110-77' });
    assert.equal(settings.policy.segmentSeconds, 7);
    assert.equal(settings.policySha256, undefined);
    assert.deepEqual(settings.sources, { picture: true, sound: false }, 'no microphone is configured');
  });

  it('is the officer the journal names last, whatever else the card says, and nobody if it was returned', async () => {
    const handed = { officer: '{"number":"110-99"}' };
    const told = [assigned('110-77'), returned('110-77'), assigned('110-88')];
    assert.deepEqual((await begin(handed, {}, told)).officer, { number: '110-88' });
    assert.deepEqual((await begin({ officer: '{"number":' }, {}, told)).officer, { number: '110-88' });
    assert.equal((await begin(handed, {}, [...told, returned('110-88')])).officer, undefined);
    assert.deepEqual((await begin(handed)).officer, { number: '110-77' }, 'no hand-over is journaled');
    assert.deepEqual((await begin({}, {}, [assigned('110-66')])).officer, { number: '110-77' });
  });

  it('is the policy that was applied last, unless the configuration brings a later one', async () => {
    const bytes = '{"version":3,"segmentSeconds":4}';
    const told = [applied('{"version":2}', 2), applied(bytes, 3)];
    const standing = await begin({ policy: bytes }, { policy: { version: 3, segmentSeconds: 7 } }, told);
    assert.equal(standing.policy.segmentSeconds, 4);
    assert.equal(standing.policySha256, toHex(sha256(toUtf8(bytes))));
    const later = await begin({ policy: bytes }, { policy: { version: 4, segmentSeconds: 7 } }, told);
    assert.equal(later.policy.segmentSeconds, 7);
    assert.deepEqual(doubts, []);
  });

  it('is no policy that the journal does not name, and says so', async () => {
    const real = '{"version":3,"segmentSeconds":4}';
    const forged = '{"version":4294967295,"muteAllowed":true,"preRecordSeconds":0}';
    const older = '{"version":2}';
    const told = [applied(older, 2), applied(real, 3)];
    for (const kept of [{ policy: forged }, { policy: older }, { policy: 'not JSON' }, {}]) {
      const { policy, policySha256 } = await begin(kept, {}, told);
      assert.deepEqual(policy, readCameraPolicy({}));
      assert.equal(policySha256, undefined);
      assert.equal(doubts.length, 1);
    }
    assert.deepEqual((await begin({ policy: forged })).policy, readCameraPolicy({}));
    assert.match(doubts[0] ?? '', /applied \(none\)/);
  });

  it('is the policy before one that was kept when the power went, ahead of its entry', async () => {
    const before = '{"version":3,"segmentSeconds":4}';
    const kept = { policy: '{"version":4}', 'policy-before': before };
    const { policy } = await begin(kept, {}, [applied(before, 3)]);
    assert.equal(policy.segmentSeconds, 4);
    assert.deepEqual(doubts, []);
  });

  it('is refused with all that is wrong in a configured policy', () => {
    assert.throws(() => configuredPolicy(configOf({ policy: { preRecordSeconds: 121, more: 1 } })), {
      code: 'bad-config',
      message: /preRecordSeconds/,
    });
  });
});
