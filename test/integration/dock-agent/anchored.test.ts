import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ArchiveNote, decodeEntry, peekCheckpoint, toBase64, type EntryOf } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  onSamePorts,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { copyLog, look, restoreLog } from '../../support/custody-log.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { freePort, until } from '../../support/processes.ts';
import { mingjing } from '../../support/server-room.ts';

describe('a real camera, dock and archive: the archive’s log in the camera’s journal', function () {
  this.timeout(120_000);
  let test: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let client: IngestClient;
  let dock: DockProcess;
  let camera: CameraProgram;

  beforeEach(async () => {
    test = await makeTestAgency();
    place = makeArchivePlace(await test.enrol('archive', 'arc', { mayUnseal: true }));
    await test.enrol('dock', 'dock-1');
    const identity = await test.enrol('camera', 'cam-1', { epoch: 1 });
    archive = await startArchive(place);
    onSamePorts(place, archive);
    client = new IngestClient(archive.ingest, join(test.dir, 'dock-dock-1'), 'dock');
    camera = await CameraProgram.fast(join(test.dir, 'cam'), identity, {
      docking: { host: '127.0.0.1', port: await freePort() },
    });
    await camera.start();
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    await camera.kill();
    client.close();
    await archive.stop();
    place.remove();
    test.close();
  });

  async function startDock(more: object = {}): Promise<void> {
    dock = new DockProcess(test.dir, {
      identityDirectory: join(test.dir, 'dock-dock-1'),
      stateDirectory: join(test.dir, 'dock-state'),
      archive: `https://127.0.0.1:${archive.ingest}`,
      bays: [{ bay: 1, camera: `https://127.0.0.1:${camera.docking}` }],
      log: { level: 'info' },
      ...more,
    });
    await dock.start();
  }

  const told = (what: string): boolean => dock.error.includes(what);
  const handed = (): Promise<void> =>
    eventually(
      () => told('the archive’s checkpoint: '),
      () => dock.error,
      30_000,
    );

  /** All of what was recorded is in the archive. */
  const all = (): Promise<true> =>
    until(
      'all is receipted',
      async () => {
        const { state, unreceipted } = await camera.status();
        return state === 'docked' && unreceipted === 0;
      },
      60_000,
    );

  /** What the archive says now. */
  async function latest(): Promise<{ size: number; root: string }> {
    const { note } = await client.peer.json({ method: 'GET', path: '/v1/log' }, ArchiveNote, 256 * 1024);
    const { size, root } = peekCheckpoint(note);
    return { size, root: toBase64(root) };
  }

  /** Of the camera that was stopped. */
  function entries<T extends 'anchored' | 'alarm' | 'recording-opened' | 'recording-closed'>(
    type: T,
  ): (EntryOf<T> & { index: number })[] {
    const journal = camera.openJournal();
    try {
      auditJournal(journal, camera.identity);
      return journal.entries(0, journal.size).flatMap((bytes, index) => {
        const read = decodeEntry(bytes);
        return read.known && read.entry.type === type ? [{ ...(read.entry as EntryOf<T>), index }] : [];
      });
    } finally {
      journal.close();
    }
  }

  for (const [what, more] of [
    ['a dock that asks the archive', {}],
    ['a dock that is its witness', { witness: { everySeconds: 0.2 } }],
  ] as const)
    it(`is named in the middle of a recording, by ${what}, and the export verifies`, async () => {
      await look(place, 'somebody', 3);
      const { size, root } = await latest();
      await startDock(more);
      await delay(1_000); // the dock has asked by now
      await until('standby', async () => (await camera.status()).state === 'standby');
      const { recording = '' } = await camera.press('record');
      await camera.attach(true);
      await handed();
      await camera.press('stop');
      await all();
      const bag = join(test.dir, 'bag');
      const wish = ['--config', place.config, '--recording', recording, '--out', bag];
      await mingjing('export', ...wish, '--reason', 'test');
      const root0 = join(camera.identity, 'root.pem');
      assert.match(await mingjing('verify', bag, '--root', root0, '--lang', 'en'), /^✔ /);
      await camera.stop();
      const [anchor, ...others] = entries('anchored');
      assert.deepEqual(
        [anchor?.origin, anchor?.size, anchor?.root],
        ['mingjing/archive/arc/custody', size, root],
      );
      assert.equal(others.length, 0);
      const [opened] = entries('recording-opened');
      const [closed] = entries('recording-closed');
      assert.ok((opened?.index ?? 0) < (anchor?.index ?? 0) && (anchor?.index ?? 0) < (closed?.index ?? 0));
    });

  it('of another past is refused and kept as proof, and the footage comes in', async () => {
    await look(place, 'somebody', 2);
    await archive.stop();
    copyLog(place, 'old.sqlite');
    archive = await startArchive(place);
    await look(place, 'somebody');
    const before = await latest();
    await startDock();
    await delay(1_000);
    await camera.attach(true);
    await handed();
    await camera.attach(false);
    await dock.end('SIGTERM');
    await archive.stop();
    restoreLog(place, 'old.sqlite');
    archive = await startArchive(place);
    await look(place, 'somebody else');
    const after = await latest();
    assert.equal(after.size, before.size);
    assert.notEqual(after.root, before.root);
    // The camera, restarted, knows by its journal alone.
    await camera.stop();
    await camera.start();
    await until('standby', async () => (await camera.status()).state === 'standby');
    await camera.press('record');
    await delay(1_500);
    await camera.press('stop');
    await startDock();
    await delay(1_000);
    await camera.attach(true);
    await eventually(
      () => told('"archive-forked"') && told('"camera":"cam-1"'),
      () => dock.error,
      30_000,
    );
    await all();
    await camera.stop();
    assert.deepEqual(
      entries('anchored').map(({ root }) => root),
      [before.root],
    );
    const [alarm] = entries('alarm').filter(({ code }) => code === 'archive-forked');
    assert.ok(alarm?.detail?.includes(before.root) === true && alarm.detail.includes(after.root));
  });

  it('waits for no archive: a camera is cared for while it is away', async () => {
    await startDock();
    await archive.stop();
    await camera.attach(true);
    await eventually(
      () => told('no checkpoint of the archive’s log') || told('archive-unreachable'),
      () => dock.error,
      30_000,
    );
    assert.equal(await dock.end('SIGTERM'), 0);
    await camera.stop();
    assert.deepEqual(entries('anchored'), []);
    archive = await startArchive(place);
  });
});
