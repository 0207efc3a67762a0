import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { FootageStore, SegmentWriter } from '../../../device/ports/footage-store.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig, type RigOptions } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { TurnableClock } from '../../support/turnable-clock.ts';

const MB = 1_000_000;

describe('camera on slow storage', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();
  let agency: TestAgency;
  let identity: string;
  let rig: CameraRig;
  /** What is written waits for this. */
  let open: Promise<void> = Promise.resolve();

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  afterEach(async () => {
    open = Promise.resolve();
    await rig.close();
  });

  async function start(options: Partial<RigOptions> = {}): Promise<void> {
    rig = await CameraRig.start({ identity, directory: directory(), ...options });
  }

  function closings(): (string | undefined)[] {
    return [...auditJournal(rig.journal, identity).recordings.values()].map(
      ({ closed }) => closed?.body.reason,
    );
  }

  it('records on after a pre-record larger than what may wait for the disk', async () => {
    await start({ policy: { preRecordSeconds: 120, segmentSeconds: 60 } });
    rig.fragments(150, 0.8 * MB);
    const { code } = await rig.camera.press('record');
    assert.equal(code, 'recording-started');
    rig.fragments(5);
    await rig.stop();
    assert.deepEqual(closings(), ['stopped']);
    assert.deepEqual(rig.alarms, []);
  });

  it('ends a recording when more footage waits for the disk than it may', async () => {
    await start({ store: (real) => slowedBy(real, () => open) });
    const gate = Promise.withResolvers<undefined>();
    open = gate.promise;
    await rig.camera.press('record');
    rig.fragments(23, 4 * MB);
    assert.notEqual(rig.camera.view().mode, 'fault');
    rig.fragments(3, 4 * MB);
    assert.equal(rig.camera.view().mode, 'fault');
    gate.resolve(undefined);
    await until('it is closed', () => closings()[0] === 'storage-fault');
    assert.ok(rig.alarms.some(({ code }) => code === 'storage-failed'));
  });

  it('takes storage whose free space nobody can tell for failed, and is busy until it answers', async () => {
    const clock = new TurnableClock();
    const gate = Promise.withResolvers<undefined>();
    let asked = 0;
    await start({
      clock,
      store: (real) =>
        overlaid(real, {
          freeBytes: async () => {
            asked += 1;
            await open;
            return await real.freeBytes();
          },
        }),
    });
    open = gate.promise;
    const before = asked;
    await until('it looks', () => asked === before + 1);
    await until('it is late', () => rig.camera.view().mode === 'fault', 20_000);
    assert.equal((await rig.camera.press('record')).code, 'storage-failed');
    assert.equal(asked, before + 1, 'one look at a time');
    clock.ahead += 60_000;
    assert.ok(rig.camera.busyMs >= 60_000);
    gate.resolve(undefined);
    await until('it is well again', () => rig.camera.view().mode === 'standby');
    assert.ok(rig.camera.busyMs < 1_000);
  });
});

/** Each write waits for the gate of that moment. */
function slowedBy(real: FootageStore, gate: () => Promise<void>): FootageStore {
  const slowed = (writer: SegmentWriter): SegmentWriter => ({
    append: async (parts, last) => {
      await gate();
      await writer.append(parts, last);
    },
    seal: () => writer.seal(),
    abandon: () => writer.abandon(),
  });
  return overlaid(real, {
    beginSegment: async (...how) => slowed(await real.beginSegment(...how)),
  });
}

function overlaid(real: FootageStore, other: Partial<FootageStore>): FootageStore {
  return new Proxy(real, {
    get: (store, key): unknown => {
      if (key in other) return Reflect.get(other, key);
      const value: unknown = Reflect.get(store, key);
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
  });
}
