import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { decodeEntry, type Entry } from '@mingjing/protocol';
import type { FootageStore, SegmentWriter } from '../../../device/ports/footage-store.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';

const HOUR_MS = 3_600_000;

describe('camera, when its wall clock is set', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;
  let clock: ScriptedClock;
  let rig: CameraRig;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-clock-'));
    clock = new ScriptedClock();
    rig = await CameraRig.start({ identity, directory, clock });
  });

  afterEach(async () => {
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function entries(): Entry[] {
    return rig.journal.entries(0, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known ? [read.entry] : [];
    });
  }

  function steps(): number[] {
    return entries().flatMap((entry) =>
      entry.type === 'clock-set' ? [Date.parse(entry.after) - Date.parse(entry.before)] : [],
    );
  }

  it('journals each step once, forward or back, with what the clock would have shown, and records on', async () => {
    rig.fragments(2);
    await rig.camera.press('record');
    clock.stepWall(HOUR_MS);
    await until('it is noticed', () => steps().length === 1);
    clock.stepWall(-2 * HOUR_MS);
    await until('it is noticed', () => steps().length === 2);
    rig.fragments(2);
    await rig.stop();
    assert.deepEqual(
      steps().map((step) => Math.round(step / 1000)),
      [HOUR_MS / 1000, (-2 * HOUR_MS) / 1000],
    );
    const monos = entries().map(({ mono }) => mono);
    assert.ok(monos.every((mono, n) => mono >= (monos[n - 1] ?? 0)));
    const [recording] = auditJournal(rig.journal, identity).recordings.values();
    assert.equal(recording?.closed?.body.reason, 'stopped');
  });

  it('journals a step ahead of every entry that is stamped with the new time, however much waits for the disk', async () => {
    await rig.close();
    let lateMs = 0;
    rig = await CameraRig.start({
      ...{ identity, directory: join(directory, 'slow'), clock },
      store: (real) => writingLate(real, () => lateMs),
    });
    await rig.camera.press('record');
    lateMs = 60;
    rig.fragments(20);
    const marked = rig.camera.press('mark');
    clock.stepWall(-8_760 * HOUR_MS);
    rig.fragments(1);
    await marked;
    await rig.stop();
    const told = entries();
    assert.equal(steps().length, 1);
    const pairs = told.slice(1).map((entry, n) => [told[n] ?? entry, entry] as const);
    for (const [earlier, later] of pairs) {
      const jump = Date.parse(later.at) - Date.parse(earlier.at) - (later.mono - earlier.mono);
      assert.equal(Math.abs(jump) > 3_000, later.type === 'clock-set', `${earlier.type}, ${later.type}`);
    }
  });

  it('sounds the alarm when it starts before its last entry, and goes on', async () => {
    await rig.close();
    rig = await CameraRig.start({ identity, directory, clock: new ScriptedClock() });
    assert.deepEqual(rig.alarms, []);
    await rig.close();
    rig = await CameraRig.start({ identity, directory, clock: new ScriptedClock(-HOUR_MS) });
    assert.deepEqual(
      rig.alarms.map(({ code }) => code),
      ['clock-behind'],
    );
    await rig.record(2);
    auditJournal(rig.journal, identity);
  });
});

/** Each write takes so much longer. */
function writingLate(real: FootageStore, lateMs: () => number): FootageStore {
  return new Proxy(real, {
    get: (store, key): unknown => {
      if (key === 'beginSegment')
        return async (...how: Parameters<FootageStore['beginSegment']>): Promise<SegmentWriter> => {
          const writer = await store.beginSegment(...how);
          return {
            append: async (parts, last) => {
              await setTimeout(lateMs());
              await writer.append(parts, last);
            },
            seal: () => writer.seal(),
            abandon: () => writer.abandon(),
          };
        };
      const value: unknown = Reflect.get(store, key);
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
  });
}
