import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cameraOrigin, generateAgeIdentity } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { plainFragment, plainInit } from '../../support/device-media.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { ThinLine } from '../../support/thin-line.ts';
import { UplinkRig } from '../../support/uplink-rig.ts';

const temporary = temporaryDirectories();

describe('the uplink, with a real archive', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let line: ThinLine;
  let rig: UplinkRig;

  beforeEach(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1'));
    archive = await startArchive(place);
    line = await new ThinLine(archive.ingest).open();
  });
  afterEach(async () => {
    await rig.close();
    await line.break();
    await archive.stop();
    place.remove();
    agency.close();
  });

  const open = async (policy?: Parameters<typeof UplinkRig.open>[3]): Promise<UplinkRig> => {
    rig = await UplinkRig.open(
      `https://127.0.0.1:${line.port}`,
      identity,
      join(temporary(), 'camera'),
      policy,
    );
    return rig;
  };
  const held = (): number => rig.journal.heldSummary().objects;
  const freed = (): Promise<unknown> => until('all is freed', () => held() === 0, 20_000, 20);
  const released = (): string[] => [...auditJournal(rig.journal, identity).released].sort();

  it('brings a recording to the archive, and the receipt frees it, without a dock', async () => {
    await open();
    const { objects } = await rig.record(3);
    rig.uplink.start();
    await freed();
    assert.deepEqual(released(), objects.toSorted());
    await until('the files are gone', async () => (await rig.store.list()).length === 0);
    const client = new IngestClient(archive.ingest, identity, 'camera');
    await until(
      'the archive has the release, too',
      async () => (await client.state('cam-1', 1)).receipted === rig.journal.size,
    );
    assert.equal(cameraOrigin(rig.journal.name), 'mingjing/camera/cam-1/1');
    client.close();
    const { pages } = rig;
    await delay(2_500); // longer than it looks at its journal again
    assert.equal(rig.pages, pages, 'and then it is quiet');
    assert.deepEqual(rig.alarms, []);
  });

  it('sends key-marked footage first, then marked, then plain', async () => {
    await open();
    const plain = await rig.record(2);
    const marked = await rig.record(2, { marks: ['mark'] });
    const key = await rig.record(2, { marks: ['mark', 'key'] });
    rig.uplink.start();
    await freed();
    assert.deepEqual(rig.sent, [
      ...[key, marked, plain].map(({ objects }) => objects[0]),
      ...[key, marked, plain].flatMap(({ objects }) => objects.slice(1)),
    ]);
  });

  it('sends what policy sends, and the rest once policy changes', async () => {
    await open({ send: 'marked' });
    const plain = await rig.record(2);
    const marked = await rig.record(2, { marks: ['mark'] });
    rig.uplink.start();
    await until('the marked footage is sent', () => rig.sent.length === 4);
    await delay(2_500);
    assert.deepEqual(rig.sent.slice(2), marked.objects.slice(1));
    assert.equal(held(), 6, 'a receipt speaks for all that was named before, too, and that is not there');
    rig.see({ uplink: { send: 'everything' } });
    await freed();
    assert.deepEqual(rig.sent.slice(4), plain.objects.slice(1));
  });

  it('sends nothing at all when policy says so', async () => {
    await open({ send: 'nothing' });
    await rig.record(1, { marks: ['key'] });
    rig.uplink.start();
    await delay(2_500);
    assert.equal(line.opened, 0);
  });

  it('frees what it has sent of an open recording only once that is closed', async () => {
    await open();
    const { recording } = await rig.record(2, { open: true });
    rig.see({ recording });
    rig.uplink.start();
    await until('its segments are sent', () => rig.sent.length === 3);
    await delay(2_500);
    assert.equal(held(), 3);
    rig.closeRecording(recording, 2);
    await freed();
  });

  it('keeps to its share of the line, and to a quarter of it while recording', async () => {
    const bytesPerSecond = 400_000;
    await open({ bytesPerSecond });
    for (const [recording, share] of [
      [undefined, 1],
      ['ab'.repeat(16), 1 / 4],
    ] as const) {
      const begun = line.passed;
      const from = performance.now();
      await rig.record(1, { bytes: 600_000 * share });
      rig.see(recording === undefined ? {} : { recording });
      rig.uplink.start();
      await freed();
      const rate = ((line.passed - begun) * 1000) / (performance.now() - from);
      const wanted = bytesPerSecond * share;
      assert.ok(rate < wanted * 1.5 && rate > wanted / 3, `${rate} bytes a second, ${wanted} wanted`);
    }
  });

  it('backs off while there is no archive, and goes on where it was when there is one again', async () => {
    await open({ bytesPerSecond: 300_000 });
    await rig.record(4, { bytes: 100_000 });
    rig.uplink.start();
    await until('something is sent', () => rig.sent.length >= 2);
    await line.break();
    const { opened } = line;
    const sent = rig.sent.length;
    await delay(3_000);
    assert.equal(line.opened, opened);
    await archive.kill();
    archive = await startArchive(place);
    await line.open(archive.ingest);
    await freed();
    assert.equal(new Set(rig.sent).size, 5);
    assert.ok(rig.sent.length <= 6, `${sent} were there; sent again: ${rig.sent.length - 5}`);
    assert.ok(line.opened - opened < 20, 'it did not hammer');
    assert.deepEqual(rig.alarms, [], 'a line that is down is no alarm');
  });

  it('drops everything in the moment it is docked, and asks anew when it is taken out', async () => {
    await open({ bytesPerSecond: 100_000 });
    const { objects } = await rig.record(1, { bytes: 400_000 });
    rig.uplink.start();
    await until('the footage is under way', () => line.passed > 100_000);
    rig.see({ attached: true });
    await delay(500);
    const passed = line.passed;
    await delay(1_500);
    assert.ok(line.passed - passed < 1_000, `${line.passed - passed} bytes went on`);
    // Meanwhile the dock brings it.
    const dock = new IngestClient(archive.ingest, await agency.enrol('dock', 'dock-1'), 'dock');
    const segment = objects[1] ?? '';
    const bytes = await rig.desk.object(segment);
    assert.ok(typeof bytes !== 'string');
    const parts: Uint8Array[] = [];
    for await (const part of await bytes.read(0, bytes.size)) parts.push(part);
    await dock.put(segment, Buffer.concat(parts));
    dock.close();
    rig.see({ attached: false });
    await freed();
    assert.ok(!rig.sent.includes(segment), 'what the dock brought is not sent again');
  });

  it('goes round an object that its storage does not give, and says that it is lost', async () => {
    await open();
    const { objects } = await rig.record(3);
    const record = rig.journal.object(objects[2] ?? '');
    await rig.store.remove([record?.file ?? '']);
    rig.uplink.start();
    await freed();
    assert.deepEqual(
      rig.alarms.map(({ code }) => code),
      ['object-lost'],
    );
    assert.equal(released().length, 3);
  });

  it('stops, and says so, when the archive keeps another truth of its journal', async () => {
    const twin = await UplinkRig.open(`https://127.0.0.1:${line.port}`, identity, join(temporary(), 'twin'));
    await twin.record(2);
    twin.uplink.start();
    await until('the twin is sent', () => twin.journal.heldSummary().objects === 0);
    await twin.close();
    await open();
    await rig.record(1);
    rig.uplink.start();
    await until('it is told', () => rig.alarms.length > 0);
    assert.deepEqual(
      rig.alarms.map(({ code, severity }) => [code, severity]),
      [['uplink-refused', 'critical']],
    );
    await delay(2_500);
    assert.equal(rig.alarms.length, 1, 'once');
    assert.equal(held(), 2, 'and frees nothing');
  });

  for (const [kind, hamper] of [
    ['stands still', () => (line.stalled = true)],
    ['hardly moves', () => (line.bytesPerSecond = 2_000)],
    ['breaks again and again', () => void flicker(line)],
    ['is as fast as it can be', () => undefined],
  ] as const) {
    it(`does not hold up the recorder when the line ${kind}`, async () => {
      await open({ bytesPerSecond: 1_000_000_000 });
      for (let n = 0; n < 4; n += 1) await rig.record(2, { bytes: 2_000_000, marks: ['key'] });
      rig.uplink.start();
      await until('it is at it', () => rig.pages > 0);
      hamper();
      const recording = randomBytes(16).toString('hex');
      rig.see({ recording });
      const writer = await rig.store.beginSegment('now.age', generateAgeIdentity().recipient, plainInit());
      const times: number[] = [];
      for (let n = 0; n < 60; n += 1) {
        const { moof, mdat } = plainFragment({ mediaMs: n * 800, mono: 0, bytes: 400_000 });
        const begun = performance.now();
        await writer.append([moof, mdat]);
        times.push(performance.now() - begun);
        await delay(40);
      }
      await writer.seal();
      const worst = Math.max(...times);
      assert.ok(worst < 800, `a fragment of 0.8 s took ${Math.round(worst)} ms to be durable`);
      await line.break();
    });
  }
});

async function flicker(line: ThinLine): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    await line.break();
    await delay(100);
    await line.open();
    await delay(150);
  }
}
