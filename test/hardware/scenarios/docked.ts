import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/processes.ts';
import type { Bench } from '../bench/bench.ts';
import type { Evidence } from '../bench/evidence.ts';
import { DOCK_LINE } from '../bench/machine.ts';
import type { Scenario } from '../bench/scenario.ts';
import { Station } from '../bench/station.ts';
import { DOCKING_PORT, type VirtualCamera } from '../bench/virtual-camera.ts';

const TAKEN_MS = 300_000;
const SEEN_MS = 60_000;
/** What the dock's word may be off, and what is told of it on the way. */
const CLOSE_MS = 10_000;

interface Told {
  /** The host's clock when the cable went in, and when the card was empty. */
  readonly from: number;
  readonly to: number;
}

/** Rows, F-15; promise: the card is freed by the archive's signature, after the journal says so. */
export const docked: Scenario = {
  name: 'docked',
  title: 'the cable to the dock: taken in, signed for, freed, told the time; out of it, it records again',
  run: async (bench, say) => {
    const station = await Station.open(bench.agency, join(bench.directory, 'station'));
    try {
      await dockOnce(bench, station, say);
    } catch (error) {
      say(`the dock said:\n${readLog(station.log)}`);
      throw error;
    } finally {
      await station.close();
    }
  },
};

async function dockOnce(bench: Bench, station: Station, say: (line: string) => void): Promise<void> {
  const docking = { host: '0.0.0.0', port: DOCKING_PORT, interface: DOCK_LINE };
  const camera = await bench.camera('docked', { config: { docking } });
  // Under a roof: no satellite tells the time.
  await camera.boot();
  await camera.machine.cable(false);
  await camera.startProgram();
  await station.start(camera.machine.dockingPort);
  await camera.lights({ green: 'lit', red: 'dark' });
  await record(camera, 12);
  say(`recorded with the cable out; the camera's clock is ${lag(camera)} s behind`);

  const told = await standInDock(camera, station, say);
  const first = await station.holds('cam-1');

  await camera.machine.cable(false);
  await until('the encoder runs again', () => camera.captures(), SEEN_MS, 500);
  await station.stopDock();
  await camera.lights({ green: 'lit', red: 'dark' });
  await record(camera, 8);
  assert.equal(await camera.starts(), 1, 'the program never ended');
  await camera.switchOff();
  say('out of the dock, recorded again, switched off; the card is read');

  const evidence = await camera.evidence();
  await judgeBoth(evidence, station);
  judgeClock(evidence, told, say);
  assert.equal(evidence.entries('docked').length, 1);
  assert.equal(evidence.entries('undocked').length, 1);
  const released = evidence.entries('object-released').flatMap(({ objects }) => objects).length;
  say(`${released} objects released; the archive had ${first.size} entries, ${first.receipted} receipted`);
  evidence.close();
}

async function record(camera: VirtualCamera, seconds: number): Promise<void> {
  await camera.ringFull();
  await camera.press('record');
  await camera.lights({ red: 'lit', green: 'dark' });
  await camera.carry(seconds);
  await camera.longPress('record');
  await camera.lights({ green: 'lit', red: 'dark' });
}

async function standInDock(
  camera: VirtualCamera,
  station: Station,
  say: (line: string) => void,
): Promise<Told> {
  const before = await camera.footage();
  assert.ok(before.files >= 3, `${before.files} files of footage`);
  const from = Date.now();
  await camera.machine.cable(true);
  await camera.lights({ green: 'blinking', red: 'dark' }, SEEN_MS);
  say(`cable in: docked after ${((Date.now() - from) / 1_000).toFixed(1)} s`);
  await until('it is dark', async () => !(await camera.captures()), SEEN_MS, 500);
  await camera.press('record');
  await until('the card is freed', async () => (await camera.footage()).files === 0, TAKEN_MS, 1_000);
  const to = Date.now();
  const seconds = ((to - from) / 1_000).toFixed(1);
  say(`${before.files} files, ${before.bytes} bytes taken in, signed for and erased after ${seconds} s`);
  await camera.lights({ green: 'blinking', red: 'dark' });
  const { missing, receipted } = await station.holds('cam-1');
  assert.deepEqual(missing, []);
  assert.ok(receipted > 0);
  return { from, to };
}

/** The first is in the archive, whole, and on the card no more; the second is on the card, whole. */
async function judgeBoth(evidence: Evidence, station: Station): Promise<void> {
  const [first, second, ...others] = evidence.recordings;
  assert.ok(first !== undefined && second !== undefined && others.length === 0, 'two recordings');
  assert.deepEqual(
    [first, second].map(({ closed }) => closed?.body.reason),
    ['stopped', 'stopped'],
  );
  const faults = evidence.verdict.findings.filter(({ severity }) => severity === 'fault');
  assert.deepEqual(
    faults.filter(({ code, place }) => code !== 'footage-missing' || place.recording !== first.recording),
    [],
  );
  const { signer, sequence } = evidence.verdict.axes;
  assert.deepEqual([signer, sequence], ['good', 'good']);
  const objects = [first.opened.body.key.object, ...first.segments.map(({ object }) => object)];
  const released = evidence.entries('object-released').flatMap((entry) => entry.objects);
  assert.deepEqual([...released].sort(), [...objects].sort());
  assert.deepEqual([...evidence.replay.lost.keys()], []);
  const verdict = await station.verdict(first.recording);
  assert.equal(verdict.answer, 'good', verdict.findings.map((finding) => JSON.stringify(finding)).join('\n'));
}

function judgeClock(evidence: Evidence, { from, to }: Told, say: (line: string) => void): void {
  const steps = evidence.entries('clock-set').filter(({ clock }) => clock.source === 'dock');
  assert.equal(steps.length, 1, 'the dock set the clock, once');
  for (const { before, after } of steps) {
    const moved = (Date.parse(after) - Date.parse(before)) / 1_000;
    const right = Date.parse(after) >= from - CLOSE_MS && Date.parse(after) <= to + CLOSE_MS;
    assert.ok(
      right,
      `set to ${after} between ${new Date(from).toISOString()} and ${new Date(to).toISOString()}`,
    );
    say(`the dock set the clock by ${moved.toFixed(1)} s`);
  }
}

/** Seconds of the host that the machine did not live through. */
function lag(camera: VirtualCamera): string {
  return ((Date.now() - camera.machine.eye.now) / 1_000).toFixed(0);
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-4_000);
  } catch {
    return '';
  }
}
