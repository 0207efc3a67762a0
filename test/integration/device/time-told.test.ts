import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { decodeEntry, TimeOutcome, type EntryOf, type TimeClaim } from '@mingjing/protocol';
import { HttpsPeer, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { addMillis } from '../../../device/core/time.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;
const never = new AbortController().signal;

describe('camera that is told the time', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let dock: string;
  let directory: string;
  let clock: ScriptedClock;
  let rig: CameraRig;
  let link: HttpsCamera;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    dock = await agency.enrol('dock', 'dock-1');
  });

  after(() => agency.close());

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-time-'));
    clock = new ScriptedClock();
    rig = await CameraRig.start({ identity, directory, clock });
  });

  afterEach(async () => {
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function entriesOf<T extends 'clock-set' | 'segment-sealed'>(type: T): EntryOf<T>[] {
    return rig.journal.entries(0, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known && read.entry.type === type ? [read.entry as EntryOf<T>] : [];
    });
  }

  const steps = (): number[] =>
    entriesOf('clock-set').map(({ before, after }) => Date.parse(after) - Date.parse(before));

  function close(step: number | undefined, expected: number): void {
    assert.ok(step !== undefined && Math.abs(step - expected) < 2_000, `a step of ${step} ms`);
  }

  async function docked(tell: (claim: (aheadMs: number) => TimeClaim) => Promise<void>): Promise<void> {
    await rig.camera.dock(true);
    link = new HttpsCamera(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'));
    try {
      await link.identify(never);
      await tell((aheadMs) => ({ at: addMillis(clock.now().at, aheadMs), uncertainty: 1_000 }));
    } finally {
      link.close();
      await rig.camera.dock(false);
    }
  }

  it('by its dock, journals the step once, with who said so, and stamps what follows with its doubt', async () => {
    await docked(async (claim) => {
      assert.deepEqual(await link.tellTime('cam-1', claim(HOUR_MS), never), { believed: true });
      assert.deepEqual(await link.tellTime('cam-1', claim(HOUR_MS), never), { believed: true });
    });
    await until('it is journaled', () => steps().length > 0);
    await rig.captureReady();
    await rig.record(8);
    assert.equal(steps().length, 1);
    close(steps()[0], HOUR_MS);
    assert.equal(entriesOf('clock-set')[0]?.clock.source, 'dock');
    const segments = entriesOf('segment-sealed');
    assert.ok(segments.length > 0);
    for (const { clock: state, start } of segments) {
      assert.equal(state.source, 'dock');
      assert.ok((state.uncertainty ?? 0) > 1_000 && (state.uncertainty ?? 0) < 10_000);
      close(Date.parse(start) - Date.now(), HOUR_MS);
    }
    auditJournal(rig.journal, identity);
    assert.deepEqual(rig.alarms, []);
  });

  it('by a dock that says now this, now that, moves once a docking and fills no journal', async () => {
    const size = rig.journal.size;
    await docked(async (claim) => {
      for (let n = 0; n < 100; n += 1)
        await link.tellTime('cam-1', claim((n % 2) * HOUR_MS + HOUR_MS), never);
    });
    await until('it is journaled', () => steps().length > 0);
    assert.equal(steps().length, 1);
    assert.equal(rig.alarms.filter(({ code }) => code === 'clock-implausible').length, 1);
    assert.ok(rig.journal.size <= size + 4, `${rig.journal.size - size} entries`);
    await docked(async (claim) => {
      assert.deepEqual(await link.tellTime('cam-1', claim(0), never), { believed: true });
    });
    await until('it is undone', () => steps().length === 2);
    close(Date.parse(rig.clock.now().at) - Date.now(), 0);
  });

  it('by a dock that asks for one step after another, is a day ahead at most', async () => {
    for (let days = 1; days <= 4; days += 1) {
      await docked(async (claim) => {
        await link.tellTime('cam-1', claim(days * 23 * HOUR_MS), never);
      });
    }
    close(Date.parse(rig.clock.now().at) - Date.now(), 23 * HOUR_MS);
  });

  it('by a dock that lies by years, does not believe it, says so, and goes on as before', async () => {
    for (const lie of [-3 * YEAR_MS, 3 * YEAR_MS, 30 * YEAR_MS]) {
      await docked(async (claim) => {
        assert.deepEqual(await link.tellTime('cam-1', claim(lie), never), { believed: false });
      });
    }
    assert.deepEqual(steps(), []);
    close(Date.parse(rig.clock.now().at) - Date.now(), 0);
    assert.equal(rig.alarms[0]?.code, 'clock-implausible');
    assert.equal(rig.clock.state().source, 'free-running');
  });

  it('wants to have been asked who it is on the same line, and a claim of the right shape', async () => {
    await rig.camera.dock(true);
    const peer = new HttpsPeer(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'), 'camera');
    const tell = (json: unknown): Promise<TimeOutcome> =>
      peer.json({ method: 'POST', path: '/v1/time', json }, TimeOutcome, 1_000);
    try {
      const refused = { code: 'peer-refused', refusal: 'bad-request' };
      await assert.rejects(tell({ at: clock.now().at, uncertainty: 0 }), refused);
      for (const claim of [
        {},
        { at: 'now', uncertainty: 0 },
        { at: clock.now().at, uncertainty: -1 },
        { at: clock.now().at },
        [],
        null,
      ])
        await assert.rejects(tell(claim), refused);
    } finally {
      peer.close();
    }
    assert.equal(rig.clock.state().source, 'free-running');
  });

  it('by a receiver, journals a step however small, and the watch over the clock does not find it again', async () => {
    const say = (aheadMs: number): void => {
      const { at, mono } = clock.now();
      rig.position.tell({ at: addMillis(at, aheadMs), mono, uncertainty: 1_000 });
    };
    say(1_500);
    await until('it is journaled', () => steps().length === 1);
    say(60_000);
    clock.passTime(2_000);
    say(60_000);
    await until('it is journaled', () => steps().length === 2);
    await rig.record(2);
    assert.equal(steps().length, 2);
    close(steps()[0], 1_500);
    close(steps()[1], 58_500);
    assert.equal(rig.clock.state().source, 'gnss');
    auditJournal(rig.journal, identity);
  });

  it('by nobody any more once it ends: power-off stays the last entry', async () => {
    const position = rig.position;
    await rig.close();
    const size = rig.journal.size;
    const { at, mono } = clock.now();
    position.tell({ at: addMillis(at, 2_000), mono, uncertainty: 1 });
    assert.equal(rig.journal.size, size);
  });
});
