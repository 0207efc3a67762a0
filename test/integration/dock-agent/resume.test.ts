import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog, HttpsArchive, loadTlsIdentity } from '@mingjing/runtime';
import { HttpsCamera } from '../../../dock-agent/adapters/https-camera.ts';
import { systemClock } from '../../../dock-agent/adapters/system-clock.ts';
import { TcpPresence } from '../../../dock-agent/adapters/tcp-presence.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { generatedObject } from '../../support/dock-agent/generated-object.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';
import { ThinLine } from '../../support/thin-line.ts';

const SIZE = 64 * 1024 * 1024;
const CUT = 6 * 1024 * 1024;

/** A real archive behind a line that can be cut. */
describe('an object that was cut in its middle', function () {
  this.timeout(120_000);
  let test: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let line: ThinLine;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let messages: NotedMessages;
  let runner: BayRunner;
  let epoch = 0;

  before(async () => {
    test = await makeTestAgency();
    await test.enrol('dock', 'dock-1');
    place = makeArchivePlace(await test.enrol('archive', 'arc'));
    archive = await startArchive(place);
  });
  after(async () => {
    await archive.stop();
    place.remove();
    test.close();
  });
  beforeEach(async () => {
    epoch += 1;
    const directory = await test.enrol('camera', 'cam-1', { epoch });
    camera = new SimulatedCamera(simulatedKeys(directory));
    camera.recordObjects([generatedObject(SIZE)]);
    wire = new WireCamera(camera, directory);
    line = await new ThinLine(archive.ingest).open();
    line.bytesPerSecond = 30_000_000;
    messages = new NotedMessages();
    await wire.insert();
    const identity = loadTlsIdentity(`${test.dir}/dock-dock-1`, 'dock');
    const { url } = wire;
    runner = new BayRunner({
      bay: 1,
      presence: new TcpPresence(url, 20),
      openCamera: () => new HttpsCamera(url, identity, 5_000),
      archive: new HttpsArchive(`https://127.0.0.1:${line.port}`, identity, 5_000),
      messages,
      clock: systemClock,
      trust: { agency: test.agency, roots: test.roots },
      log: createLog('test', { level: 'silent' }),
    });
  });
  afterEach(async () => {
    await runner.stop();
    await wire.pull();
    await line.break();
  });

  const told = (): string => `${messages.states.join()} ${messages.codes.join()}, ${line.passed} bytes`;
  const inTheMiddle = (): Promise<void> => eventually(() => line.passed > CUT, told, 60_000);
  const cut = async (): Promise<void> => {
    await line.break();
    await eventually(
      () => kept().length === 1 && readFileSync(kept()[0] ?? '').length > CUT / 2,
      told,
      20_000,
    );
  };
  const kept = (): string[] =>
    readdirSync(join(place.objects, 'incoming')).map((file) => join(place.objects, 'incoming', file));
  /** So many times its size the lines carried; what the camera gave may lie in the system's buffers when a line is cut. */
  const completeWithin = async (times: number, ofTheCamera = times): Promise<void> => {
    line.bytesPerSecond = undefined;
    const done = (): boolean => messages.state === 'ready' && camera.objects.size === 0;
    await eventually(done, told, 60_000);
    assert.ok(wire.given < ofTheCamera * SIZE, `the camera gave ${wire.given / SIZE} times its size`);
    assert.ok(line.passed < times * SIZE, `the archive was sent ${line.passed / SIZE} times its size`);
    assert.deepEqual(kept(), []);
    assert.deepEqual(
      messages.codes.filter((code) => code !== 'archive-unreachable'),
      [],
    );
  };

  it('by pulling the camera out goes on at the byte when it is back', async () => {
    wire.faults.cutAfter = CUT;
    runner.start();
    await eventually(() => messages.states.includes('empty'), told, 60_000);
    await wire.insert();
    await completeWithin(1.5, 2);
  });

  it('by the archive’s line goes on at the byte', async () => {
    runner.start();
    await inTheMiddle();
    await cut();
    await line.open();
    await completeWithin(1.5, 2);
  });

  it('by killing the archive goes on at the byte', async () => {
    runner.start();
    await inTheMiddle();
    await archive.kill();
    await line.break();
    archive = await startArchive(place);
    await line.open(archive.ingest);
    await completeWithin(1.5, 2);
  });

  it('and rotted on the archive’s disk meanwhile is sent from its beginning', async () => {
    runner.start();
    await inTheMiddle();
    await cut();
    bend(kept()[0] ?? '');
    await line.open();
    await completeWithin(2);
  });

  it('and rotted while the archive was dead is found when it is whole, and sent again', async () => {
    runner.start();
    await inTheMiddle();
    await archive.kill();
    await line.break();
    bend(kept()[0] ?? '');
    archive = await startArchive(place);
    await line.open(archive.ingest);
    await completeWithin(2.1, 2.9);
  });
});

function bend(path: string): void {
  const bytes = readFileSync(path);
  bytes[100_000] = (bytes[100_000] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
