import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { generatedObject } from '../../support/dock-agent/generated-object.ts';
import { WireArchive } from '../../support/dock-agent/wire-archive.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { freePort } from '../../support/processes.ts';

const KILLS = 12;
const LONG_MS = 60_000;

describe('the dock’s process with an outbox', function () {
  this.timeout(180_000);
  let test: TestAgency;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let archive: WireArchive;
  let dock: DockProcess;
  let metrics: number;
  let outbox: string;

  beforeEach(async () => {
    test = await makeTestAgency();
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    await test.enrol('archive', 'arc');
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    archive = new WireArchive(`${test.dir}/archive-arc`);
    await archive.open();
    await wire.insert();
    metrics = await freePort();
    outbox = join(test.dir, 'outbox');
    dock = docking({});
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    await wire.pull();
    await archive.vanish();
    test.close();
  });

  function docking(more: object): DockProcess {
    return new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: archive.url,
      bays: [{ bay: 1, camera: wire.url }],
      outbox: { directory: outbox, maxBytes: 2_000_000_000, reserveBytes: 0 },
      metrics: { port: metrics },
      log: { level: 'warn' },
      ...more,
    });
  }
  const kept = (): number => files(join(outbox, 'objects')).length;
  const told = (): string => `${kept()} kept, ${archive.model.objects.size} in the archive: ${dock.error}`;
  const metric = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name} (.*)$`, 'm').exec((await ask(metrics, '/metrics')).text)?.[1];

  it(`loses nothing when it is killed at ${KILLS} random moments, with the archive there and away`, async () => {
    const named = [
      ...camera.recordObjects(Array.from({ length: 6 }, () => generatedObject(15_000_000))),
      ...camera.record(...Array.from({ length: 40 }, () => 50_000)),
    ];
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill % 2 === 0) await archive.vanish();
      else await archive.open();
      await dock.start();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_000));
      await dock.end('SIGKILL');
      assert.ok(
        named.every((object) => camera.objects.has(object) || archive.model.objects.has(object)),
        'an object is neither on the camera nor in the archive',
      );
    }
    await archive.vanish();
    await dock.start();
    const there = (): boolean =>
      named.every(
        (object) => archive.model.objects.has(object) || files(join(outbox, 'objects')).includes(object),
      );
    await eventually(there, told, LONG_MS);
    await wire.pull();
    await archive.open();
    await eventually(() => named.every((object) => archive.model.objects.has(object)), told, LONG_MS);
    await eventually(() => kept() === 0, told, LONG_MS);
    await wire.insert();
    await eventually(() => camera.objects.size === 0, told, LONG_MS);
    assert.equal(await dock.end('SIGTERM'), 0);
    assert.doesNotMatch(dock.error, /outbox-damaged|outbox-refused|object-altered/);
  });

  it('tells Prometheus how it is, and nobody anything else', async () => {
    const named = camera.record(100_000, 200_000);
    await archive.vanish();
    await dock.start();
    await eventually(() => kept() === named.length, told, LONG_MS);
    assert.equal(await metric('mingjing_dock_outbox_files'), '3');
    assert.ok(Number(await metric('mingjing_dock_outbox_bytes')) > 300_000);
    assert.equal(await metric('mingjing_dock_uplink_up'), '0');
    assert.ok(Number(await metric('mingjing_dock_outbox_oldest_seconds')) > 0);
    assert.equal(await metric('mingjing_dock_bays\\{state="transferring"\\}'), '1');
    assert.ok(Number(await metric('mingjing_dock_failures_total\\{code="archive-unreachable"\\}')) > 0);
    await archive.open();
    await eventually(() => camera.objects.size === 0 && kept() === 0, told, LONG_MS);
    assert.equal(await metric('mingjing_dock_uplink_up'), '1');
    assert.ok(Number(await metric('mingjing_dock_archive_objects_total')) >= 3);
    assert.ok(Number(await metric('mingjing_dock_archive_bytes_total')) >= 300_400);
    assert.ok(Number(await metric('mingjing_dock_receipts_total')) > 0);
    assert.ok(Number(await metric('process_resident_memory_bytes')) > 1_000_000);
    assert.ok(Number(await metric('process_cpu_seconds_total')) > 0);
    for (const path of ['/', '/metrics/', '/metrics?x=1', '/../etc/passwd'])
      assert.equal((await ask(metrics, path)).status, 404, path);
    assert.equal((await ask(metrics, '/metrics', 'POST')).status, 404);
    assert.equal(await flooded(metrics), true, 'a head without an end was read');
    assert.equal((await ask(metrics, '/metrics')).status, 200);
  });

  it('moves footage all the same when the outbox’s disk or the metrics’ port cannot be had', async () => {
    writeFileSync(join(test.dir, 'a-file'), '');
    const port = Number(new URL(wire.url).port);
    dock = docking({
      outbox: { directory: join(test.dir, 'a-file', 'outbox'), maxBytes: 1, reserveBytes: 0 },
      metrics: { port, host: '127.0.0.1' },
    });
    camera.record(1_000);
    await dock.start();
    await eventually(() => camera.objects.size === 0, told, LONG_MS);
    assert.match(dock.error, /outbox-damaged/);
    assert.match(dock.error, /the port could not be opened/);
  });
});

function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => path.slice(path.lastIndexOf('/') + 1))
    .filter((file) => file.length === 64);
}

async function ask(port: number, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Sends a head of 100 kB; true if the other end cut it off. */
async function flooded(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const line = connect(port, '127.0.0.1', () => {
      line.write(`GET /metrics HTTP/1.1\r\nx: ${'a'.repeat(100_000)}`);
    });
    line.on('error', () => resolve(true));
    line.on('close', () => resolve(true));
    line.resume();
  });
}
