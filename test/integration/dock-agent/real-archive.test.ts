import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { JournalPage, MessageOf } from '@mingjing/protocol';
import { SqliteCatalogue } from '../../../central/adapters/sqlite-catalogue.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  onSamePorts,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { DockListener } from '../../support/dock-agent/dock-listener.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

describe('the dock’s process with the real archive', function () {
  this.timeout(120_000);
  let test: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let dock: DockProcess;
  let listener: DockListener;

  beforeEach(async () => {
    test = await makeTestAgency();
    const identity = await test.enrol('archive', 'arc');
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    place = makeArchivePlace(identity);
    archive = await startArchive(place);
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    await wire.insert();
    dock = new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: `https://127.0.0.1:${archive.ingest}`,
      broker: `mqtts://127.0.0.1:${archive.broker}`,
      bays: [{ bay: 3, camera: wire.url }],
      log: { level: 'warn' },
    });
    listener = new DockListener(archive.broker, identity);
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    await listener.close();
    await wire.pull();
    await archive.stop();
    place.remove();
    test.close();
  });
  const told = (): string => `${JSON.stringify(listener.of('dock-state').at(-1))} ${dock.error}`;
  const bayIs = async (state: string): Promise<void> => {
    const last = (): string | undefined => listener.of('dock-state').at(-1)?.bays[0]?.state;
    await eventually(() => last() === state, told, 30_000);
  };

  it('brings a camera in, tells of it, and leaves the archive missing nothing', async () => {
    camera.record(1_000_000, 2_000_000, 3);
    await dock.start();
    await bayIs('ready');
    assert.equal(camera.objects.size, 0);
    assert.deepEqual(listener.of('dock-state').at(-1)?.bays, [{ bay: 3, state: 'ready', camera: 'cam-1' }]);
    const client = new IngestClient(archive.ingest, `${test.dir}/dock-dock-1`, 'dock');
    const state = await client.state('cam-1', 1);
    client.close();
    assert.deepEqual([state.size, state.missing], [camera.size, []]);
    await eventually(() => listener.of('progress').at(-1)?.objects === 4, told);
    assert.equal(listener.of('progress').at(-1)?.totalBytes, 3_000_403);
    assert.deepEqual(listener.of('alarm'), []);
    await wire.pull();
    await bayIs('empty');
    assert.equal(await dock.end('SIGTERM'), 0);
    await eventually(() => listener.of('dock-state').at(-1)?.online === false, told);
  });

  it('tells how the camera is and who has it, by number, until it is gone', async () => {
    camera.officer = { number: '031337', name: '李明' };
    camera.body = { battery: { percent: 42, charging: true }, freeBytes: 7, warnings: [] };
    await dock.start();
    const cameras = (): MessageOf<'dock-cameras'>['cameras'] | undefined =>
      listener.of('dock-cameras').at(-1)?.cameras;
    await eventually(() => cameras()?.length === 1, told, 30_000);
    assert.deepEqual(cameras(), [
      { bay: 3, camera: 'cam-1', battery: 42, storageFree: 7, officer: '031337' },
    ]);
    await bayIs('ready');
    await wire.pull();
    await bayIs('empty');
    await eventually(() => cameras()?.length === 0, told);
    assert.doesNotMatch(JSON.stringify(listener.of('dock-cameras')), /李明/);
  });

  it('is told to be gone by its last will when it is killed, and says when it is back', async () => {
    await dock.start();
    await bayIs('ready');
    await dock.end('SIGKILL');
    await eventually(() => listener.of('dock-state').at(-1)?.online === false, told);
    await dock.start();
    await eventually(() => listener.of('dock-state').at(-1)?.online === true, told);
    await bayIs('ready');
  });

  it('alarms on a bad object through a kill: what was to be told is told', async () => {
    const [, object] = camera.record(10_000);
    camera.lies.object = (asked, bytes) => (asked === object ? flipped(bytes) : bytes);
    await dock.start();
    await eventually(() => dock.error.includes('object-altered'), told);
    await dock.end('SIGKILL');
    await dock.start();
    await eventually(() => listener.of('alarm').length > 0, told);
    const [alarm] = listener.of('alarm');
    assert.equal(alarm?.code, 'object-altered');
    assert.match(alarm.detail ?? '', /^bay 3, camera cam-1: /);
    camera.lies = {};
    await bayIs('ready');
    assert.equal(camera.objects.size, 0);
  });

  for (const [what, more] of [
    ['while it is shorter than the archive’s', 0],
    ['once it is longer than the archive’s', 30],
  ] as const) {
    it(`proves the fork of a journal restored from an old copy, ${what}`, async () => {
      const copy = camera.fork();
      camera.record(...Array.from({ length: 10 }, () => 100));
      await dock.start();
      await bayIs('ready');
      copy.record(...Array.from({ length: 2 + more }, () => 100));
      wire.camera = copy;
      await wire.pull();
      await bayIs('empty');
      await wire.insert();
      await bayIs('refused');
      const codes = (): string[] => listener.of('alarm').map(({ code }) => code);
      await eventually(() => codes().includes('journal-forked'), told);
      assert.deepEqual(codes(), [more === 0 ? 'journal-rolled-back' : 'journal-bad', 'journal-forked']);
      await archive.stop();
      const catalogue = new SqliteCatalogue(join(place.state, 'catalogue.sqlite'));
      const held = await catalogue.entries(camera.keys.name, 0, camera.size);
      const [proof] = (await catalogue.forks(camera.keys.name)).filter(
        ({ kind }) => kind === 'contradiction',
      );
      catalogue.close();
      const bytes = (entries: readonly Uint8Array[]): string[] =>
        entries.map((entry) => Buffer.from(entry).toString('base64'));
      assert.deepEqual(bytes(held), bytes(camera.entries), 'the first history stands');
      assert.ok(proof, 'the fork is kept');
      const page = JSON.parse(Buffer.from(proof.page).toString()) as JournalPage;
      assert.equal(page.checkpoint, copy.checkpoint(page.entries.length));
      assert.deepEqual(
        page.entries,
        bytes(copy.entries.slice(0, page.entries.length)),
        'the other beside it',
      );
      assert.ok(page.entries.length > 1, 'it goes beyond what was copied');
    });
  }

  it('goes on when the archive was killed in the middle', async () => {
    camera.record(...Array.from({ length: 40 }, () => 400_000));
    await dock.start();
    await eventually(() => wire.asked.length >= 10, told);
    await archive.kill();
    onSamePorts(place, archive);
    archive = await startArchive(place);
    await bayIs('ready');
    assert.equal(camera.objects.size, 0);
  });
});

async function* flipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) yield piece.map((byte) => byte ^ 1);
}
