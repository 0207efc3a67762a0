import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { decodeEntry, type Entry } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { playNmea } from '../../support/nmea-player.ts';
import { NotifySocket, withEnvironment } from '../../support/notify-socket.ts';
import { until } from '../../support/processes.ts';
import { RealGpsd } from '../../support/real-gpsd.ts';

describe("the camera's instruments, in its own program", function () {
  this.timeout(90_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  function entriesOf(camera: CameraProgram): Entry[] {
    const journal = camera.openJournal();
    try {
      auditJournal(journal, identity);
      return journal.entries(0, journal.size).flatMap((bytes) => {
        const read = decodeEntry(bytes);
        return read.known ? [read.entry] : [];
      });
    } finally {
      journal.close();
    }
  }

  for (const kind of ['nmea', 'gpsd'] as const) {
    it(`takes time and position from ${kind}, and says in every segment how far the time may be off`, () =>
      withDirectory(async (directory) => {
        const player = await playNmea(directory);
        const gpsd = kind === 'gpsd' ? await RealGpsd.start(player.path) : undefined;
        const gps =
          gpsd === undefined ? { kind, path: player.path } : { kind, host: '127.0.0.1', port: gpsd.port };
        const camera = new CameraProgram(directory, identity, { gps });
        try {
          await camera.start();
          await until('a position', async () => 'position' in (await camera.status()));
          await until('footage', async () => (await camera.status()).ringSeconds >= 2);
          await camera.press('record');
          await until('two segments', async () => (await camera.status()).unreceipted >= 3);
          await camera.press('stop');
          assert.ok(await camera.stop());
        } finally {
          await camera.kill();
          await gpsd?.stop();
          await player.close();
        }
        const clocks = entriesOf(camera).flatMap((entry) =>
          entry.type === 'segment-sealed' ? [entry.clock] : [],
        );
        const last = clocks.at(-1);
        assert.equal(last?.source, 'gnss');
        assert.ok((last.uncertainty ?? Infinity) <= 2_500, `${last.uncertainty} ms`);
      }));
  }

  it('reads its battery', () =>
    withDirectory(async (directory) => {
      const supplies = join(directory, 'power_supply');
      mkdirSync(join(supplies, 'BAT0'), { recursive: true });
      const facts = { type: 'Battery', present: '1', status: 'Discharging', capacity: '42' };
      for (const [name, word] of Object.entries(facts))
        writeFileSync(join(supplies, 'BAT0', name), `${word}\n`);
      const camera = new CameraProgram(directory, identity, { power: { directory: supplies } });
      try {
        await camera.start();
        const battery = await until('the battery', async () => {
          const status = (await camera.status()) as { readonly battery?: unknown };
          return status.battery;
        });
        assert.deepEqual(battery, { percent: 42, charging: false });
      } finally {
        await camera.kill();
      }
    }));

  it('leaves with the status that switches the machine off when its battery is empty', () =>
    withDirectory(async (directory) => {
      const battery = join(directory, 'power_supply', 'BAT0');
      mkdirSync(battery, { recursive: true });
      const facts = { type: 'Battery', present: '1', status: 'Discharging', capacity: '4' };
      for (const [name, word] of Object.entries(facts)) writeFileSync(join(battery, name), `${word}\n`);
      const camera = new CameraProgram(directory, identity, { power: { directory: dirname(battery) } });
      try {
        await camera.start();
        await until('it has left', () => !camera.running, 40_000);
        assert.equal(camera.exitCode, 10);
        const journal = camera.openJournal();
        assert.deepEqual(journal.last?.type === 'power-off' && journal.last.reason, 'battery-empty');
        journal.close();
      } finally {
        await camera.kill();
      }
    }));

  it('tells systemd that it is ready, that it lives for as long as it does, and that it ends', () =>
    withDirectory(async (directory) => {
      const manager = await NotifySocket.open(join(directory, 'notify'));
      const camera = new CameraProgram(directory, identity);
      const environment = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '3000000' };
      try {
        await withEnvironment(environment, () => camera.start());
        await until('it is ready', () => manager.heard.includes('READY=1'));
        await until('it lives', () => manager.count('WATCHDOG=1') >= 3);
        await until('it says how it fares', () => manager.heard.includes('STATUS=standby'));
        const { pid } = camera;
        assert.ok(pid !== undefined);
        process.kill(pid, 'SIGSTOP');
        const stopped = performance.now();
        let told = manager.count('WATCHDOG=1');
        let since = stopped;
        // A word may be on its way. Then nothing, for longer than an interval.
        await until('systemd would have bitten', () => {
          if (manager.count('WATCHDOG=1') !== told) since = performance.now();
          told = manager.count('WATCHDOG=1');
          return performance.now() - since > 3_000;
        });
        assert.ok(since - stopped < 2_000);
        process.kill(pid, 'SIGCONT');
        assert.ok(await camera.stop());
        await until('it ends', () => manager.heard.includes('STOPPING=1'));
      } finally {
        await camera.kill();
        await manager.close();
      }
    }));
});
