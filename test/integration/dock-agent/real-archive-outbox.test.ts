import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency } from '../../support/agency.ts';
import { IngestClient, makeArchivePlace, onSamePorts, startArchive } from '../../support/central-process.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

describe('the dock’s outbox with the real archive', function () {
  this.timeout(120_000);

  it('brings in what came while the archive was off, with the camera gone, and frees it at the next docking', async () => {
    const agency = await makeTestAgency();
    const place = makeArchivePlace(await agency.enrol('archive', 'arc'));
    await agency.enrol('camera', 'cam-1');
    await agency.enrol('dock', 'dock-1');
    const first = await startArchive(place);
    onSamePorts(place, first);
    await first.stop();
    const camera = new SimulatedCamera(simulatedKeys(`${agency.dir}/camera-cam-1`));
    const wire = new WireCamera(camera, `${agency.dir}/camera-cam-1`);
    const outbox = join(agency.dir, 'outbox');
    await wire.insert();
    const dock = new DockProcess(agency.dir, {
      identityDirectory: `${agency.dir}/dock-dock-1`,
      stateDirectory: `${agency.dir}/dock-state`,
      archive: `https://127.0.0.1:${first.ingest}`,
      bays: [{ bay: 1, camera: wire.url }],
      outbox: { directory: outbox, maxBytes: 100_000_000, reserveBytes: 0 },
      log: { level: 'warn' },
    });
    const kept = (): number =>
      readdirSync(join(outbox, 'objects'), { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      ).length;
    const told = (): string => `${kept()} kept: ${dock.error}`;
    const named = camera.record(2_000_000, 300_000, 5);
    try {
      await dock.start();
      await eventually(() => kept() === named.length, told, 30_000);
      assert.equal(camera.objects.size, named.length, 'freed without a receipt');
      await wire.pull();
      const archive = await startArchive(place);
      try {
        await eventually(() => kept() === 0, told, 60_000);
        const client = new IngestClient(archive.ingest, `${agency.dir}/dock-dock-1`, 'dock');
        const { size, missing } = await client.state('cam-1', 1);
        client.close();
        assert.deepEqual([size, missing], [camera.size, []]);
        await wire.insert();
        await eventually(() => camera.objects.size === 0, told, 60_000);
        assert.equal(await dock.end('SIGTERM'), 0);
      } finally {
        await archive.stop();
      }
    } finally {
      await dock.end('SIGKILL');
      await wire.pull();
      place.remove();
      agency.close();
    }
  });
});
