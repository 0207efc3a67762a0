import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { DockingStation } from '../support/docking-station.ts';
import { until } from '../support/processes.ts';

const CAMERAS = 3;

describe('a dock at the end of a shift', function () {
  this.timeout(180_000);
  let directory: string;
  let station: DockingStation;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-station-'));
    station = await DockingStation.prepare({ directory, cameras: CAMERAS, speed: 8 });
    await station.start();
  });

  after(async () => {
    await station.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('empties all cameras that come at once, each for itself', async () => {
    const { cameras } = station;
    for (const camera of cameras) {
      await until('standby', async () => (await camera.status()).state === 'standby');
      assert.ok((await camera.press('record')).ok);
    }
    await delay(4_000);
    for (const camera of cameras) assert.ok((await camera.press('stop')).ok);
    await Promise.all(cameras.map((camera) => camera.attach(true)));
    await until(
      'every camera is empty',
      async () => {
        const states = await Promise.all(cameras.map((camera) => camera.status()));
        return states.every(({ unreceipted, state }) => unreceipted === 0 && state === 'docked');
      },
      90_000,
    );
    // The journal says first what is let go; the files go right after.
    for (const camera of cameras)
      await until('no footage is left', () => !camera.files().some((name) => name.endsWith('.age')));
    assert.ok(readdirSync(station.room.path('state/objects')).length > 0);
  });
});
