import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeEntry,
  decodeMessage,
  encodeMessage,
  JournalReplay,
  signCommand,
  topicOf,
  type CameraCommand,
  type CameraState,
  type Entry,
  type EntryOf,
  type EntryType,
} from '@mingjing/protocol';
import { loadEvidenceIdentity, loadTlsIdentity } from '@mingjing/runtime';
import type { CommandSent, LiveSnapshot } from '../../../central/core/review-shapes.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  IngestClient,
  makeArchivePlace,
  ReviewClient,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { HostileBroker } from '../../support/hostile-broker.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { ThinLine } from '../../support/thin-line.ts';

const temporary = temporaryDirectories();

/** What a stopped camera's journal says. */
function entriesOf(camera: CameraProgram): Entry[] {
  const journal = camera.openJournal();
  const entries = journal.entries(0, journal.size).map((bytes) => decodeEntry(bytes));
  journal.close();
  return entries.flatMap((read) => (read.known ? [read.entry] : []));
}
function all<T extends EntryType>(entries: readonly Entry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

describe('a camera in the field', function () {
  this.timeout(120_000);
  let agency: TestAgency;
  let identity: string;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let review: ReviewClient;
  let line: ThinLine;
  let camera: CameraProgram;
  let policyFile: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });
  beforeEach(async () => {
    place = makeArchivePlace(await agency.enrol('archive', `archive-${Date.now()}`));
    policyFile = join(place.dir, 'policy.json');
    const config = JSON.parse(readFileSync(place.config, 'utf8')) as object;
    givePolicy({ version: 1, startByOrder: true, uplink });
    writeFileSync(place.config, JSON.stringify({ ...config, policyFile }));
    archive = await startArchive(place);
    review = new ReviewClient(archive.review);
    await review.signIn(archive.reviewLink());
    line = await new ThinLine(archive.ingest).open();
    camera = await CameraProgram.fast(join(temporary(), 'camera'), identity, {
      broker: `mqtts://127.0.0.1:${archive.broker}`,
      uplink: { url: `https://127.0.0.1:${line.port}` },
      policy: { uplink },
    });
  });
  afterEach(async () => {
    await camera.kill();
    await line.break();
    await archive.stop();
    place.remove();
  });
  after(() => agency.close());

  const uplink = { send: 'everything', bytesPerSecond: 20_000_000 };
  const small = { preRecordSeconds: 2, segmentSeconds: 2, storage: { warnAtBytes: [] } };
  const givePolicy = (policy: object): void =>
    writeFileSync(policyFile, JSON.stringify({ ...small, ...policy }));
  const state = async (): Promise<CameraState | undefined> => (await liveOf(review)).cameras['cam-1'];
  const ready = (): Promise<unknown> =>
    until('it stands by', async () => ['standby', 'recording'].includes((await camera.status()).state));

  /** Gives an order as a person at the archive would, and awaits what the camera says came of it. */
  async function order(kind: CameraCommand['kind']): Promise<string> {
    await until('it is on line', async () => (await state())?.online);
    const answer = await review.fetch('/api/cameras/cam-1/command', {
      method: 'POST',
      body: JSON.stringify({ kind }),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    const { command } = (await answer.json()) as CommandSent;
    return await until(`it tells what came of ${kind}`, async () => {
      const { ordered } = (await state()) ?? {};
      return ordered?.command === command ? ordered.outcome : undefined;
    });
  }

  it('records, marks, and is freed by the archive without a dock', async () => {
    await camera.start();
    await ready();
    const { recording = '' } = await camera.press('record');
    await camera.press('key-mark');
    await until('some segments are sealed', async () => (await camera.status()).journalSize > 12);
    await camera.press('stop');
    await until('all is freed', async () => (await camera.status()).unreceipted === 0, 60_000);
    const { size } = await archiveState(archive, identity);
    assert.ok(size > 0);
    assert.equal(await camera.stop(), true);
    const entries = entriesOf(camera);
    const named = all(entries, 'segment-sealed').filter((entry) => entry.recording === recording);
    const released = new Set(all(entries, 'object-released').flatMap(({ objects }) => objects));
    assert.ok(named.length >= 2);
    for (const { object } of named) assert.ok(released.has(object));
    assert.deepEqual(all(entries, 'alarm'), []);
    const replay = new JournalReplay({ device: 'cam-1', epoch: 1 });
    for (const [n, entry] of entries.entries())
      assert.deepEqual(replay.apply(n, { known: true, entry, unknownFields: [] }), []);
  });

  it('goes on recording while its line to the archive stands still, and is put right afterwards', async () => {
    await camera.start();
    await ready();
    await camera.press('record');
    await until('it is sending', () => line.passed > 100_000, 60_000);
    line.stalled = true;
    const before = (await camera.status()).journalSize;
    await until('it seals on', async () => (await camera.status()).journalSize >= before + 10, 60_000);
    line.stalled = false;
    await camera.press('stop');
    await until('all is freed', async () => (await camera.status()).unreceipted === 0, 90_000);
    assert.equal(await camera.stop(), true);
    const sealed = all(entriesOf(camera), 'segment-sealed');
    const gaps = sealed.slice(1).map(({ mono }, n) => mono - (sealed[n]?.mono ?? 0));
    assert.deepEqual(
      sealed.map(({ index }) => index),
      [...sealed.keys()],
    );
    assert.ok(Math.max(...gaps) < 2_000, `segments of 0.25 s came ${Math.max(...gaps)} ms apart at most`);
  });

  it('takes orders: to show where it is, to record and to stop, to fetch its policy', async () => {
    await camera.start();
    await ready();
    await until(
      'it has its policy',
      async () => camera.log().includes('policy') || (await camera.status()).journalSize > 1,
    );
    assert.equal(await order('refresh-policy'), 'policy-applied');
    assert.equal(await order('locate'), 'located');
    assert.equal(await order('start'), 'recording-started');
    await until('it records', async () => (await state())?.state === 'recording');
    assert.equal(await order('start'), 'already-recording');
    const stopped = await order('stop');
    assert.equal(stopped, 'recording-stopped');
    givePolicy({ version: 2, startByOrder: false });
    assert.equal(await order('refresh-policy'), 'policy-applied');
    assert.equal(await order('start'), 'order-not-allowed');
    givePolicy({ version: 1, startByOrder: true });
    assert.equal(await order('refresh-policy'), 'policy-refused');
    assert.equal(await camera.stop(), true);
    await camera.start();
    await ready();
    assert.equal(await order('start'), 'order-not-allowed', 'the policy holds after a restart');
    assert.equal(await camera.stop(), true);
    const entries = entriesOf(camera);
    assert.deepEqual(
      all(entries, 'ordered')
        .filter(({ outcome }) => outcome !== 'taken')
        .map(({ order: kind, outcome }) => `${kind}: ${outcome}`),
      [
        ...['refresh-policy: policy-applied', 'locate: located', 'start: recording-started'],
        ...['start: already-recording', 'stop: recording-stopped', 'refresh-policy: policy-applied'],
        ...['start: order-not-allowed', 'refresh-policy: policy-refused', 'start: order-not-allowed'],
      ],
    );
    assert.deepEqual(
      all(entries, 'recording-opened').map(({ cause }) => cause),
      ['order'],
    );
    assert.deepEqual(
      all(entries, 'policy-applied').map(({ version }) => version),
      [1, 2, 2],
      'and anew at the start',
    );
    assert.ok(all(entries, 'alarm').some(({ code }) => code === 'bad-policy'));
  });

  describe('whose broker an attacker has', () => {
    let broker: HostileBroker;
    const topic = topicOf('testagency', 'camera', 'cam-1', 'command');
    beforeEach(async () => {
      broker = await new HostileBroker(loadTlsIdentity(place.identity, 'archive')).open();
      camera = await CameraProgram.fast(join(temporary(), 'camera'), identity, {
        broker: `mqtts://127.0.0.1:${broker.port}`,
        policy: { startByOrder: true },
      });
      await camera.start();
      await ready();
      await until('it listens', () => broker.subscribed.has(topic));
    });
    afterEach(() => broker.close());

    const told = (): CameraState | undefined => {
      const bytes = broker.heard.get(topicOf('testagency', 'camera', 'cam-1', 'camera-state'));
      return bytes === undefined ? undefined : decodeMessage('camera-state', bytes);
    };
    const genuine = (more: Partial<CameraCommand> = {}): Uint8Array => {
      const { certificate, signer, chain } = loadEvidenceIdentity(place.identity, 'archive');
      const command: CameraCommand = {
        id: 'ab'.repeat(16),
        camera: 'cam-1',
        kind: 'start',
        sequence: 5,
        issued: new Date().toISOString(),
        expires: new Date(Date.now() + 60_000).toISOString(),
        ...more,
      };
      const note = signCommand(certificate.name.id, command, signer);
      return encodeMessage('command', { note, evidence: [...chain] });
    };

    it('obeys a genuine order once, and none that was forged, altered, for another, too old, or sent again', async () => {
      const own = loadEvidenceIdentity(identity, 'camera');
      const forged = decodeMessage('command', genuine());
      const alien = await makeTestAgency('elsewhere');
      const strange = loadEvidenceIdentity(await alien.enrol('archive', 'archive-1'), 'archive');
      const command = JSON.parse(forged.note.split('\n')[1] ?? '') as CameraCommand;
      const bad: Uint8Array[] = [
        Buffer.from('no note'),
        encodeMessage('command', { ...forged, note: forged.note.replace('"start"', '"stop"') }),
        encodeMessage('command', {
          note: signCommand('archive-1', command, own.signer),
          evidence: [...own.chain],
        }),
        encodeMessage('command', {
          note: signCommand('archive-1', command, strange.signer),
          evidence: [...strange.chain],
        }),
        genuine({ camera: 'cam-2' }),
        genuine({ epoch: 2 }),
      ];
      for (const payload of bad) await broker.send(topic, payload);
      // Orders are taken one after another: once this one is obeyed, those before it were not.
      await broker.send(topic, genuine({ kind: 'locate', sequence: 6 }));
      await until('the genuine one is obeyed', () => told()?.ordered?.outcome === 'located');
      for (const again of [genuine({ kind: 'locate', sequence: 6 }), genuine({ sequence: 5 })])
        await broker.send(topic, again);
      await broker.send(topic, genuine({ kind: 'locate', sequence: 7, id: 'cd'.repeat(16) }));
      await until('the last one is obeyed', () => told()?.ordered?.command === 'cd'.repeat(16));
      assert.equal((await camera.status()).state, 'standby');
      await camera.kill();
      broker.subscribed.clear();
      await camera.start();
      await ready();
      await until('it listens again', () => broker.subscribed.has(topic));
      await broker.send(topic, genuine({ sequence: 7 }));
      await broker.send(topic, genuine({ kind: 'locate', sequence: 8, id: 'ef'.repeat(16) }));
      await until('the next is obeyed', () => told()?.ordered?.command === 'ef'.repeat(16));
      assert.equal((await camera.status()).state, 'standby', 'nor after a kill');
      assert.equal(await camera.stop(), true);
      const entries = entriesOf(camera);
      assert.deepEqual(all(entries, 'recording-opened'), []);
      assert.deepEqual(
        all(entries, 'ordered').map(({ sequence, outcome }) => `${outcome} ${sequence}`),
        [6, 7, 8].flatMap((sequence) => [`taken ${sequence}`, `located ${sequence}`]),
      );
      const alarms = all(entries, 'alarm').filter(({ code }) => code === 'bad-command');
      assert.equal(alarms.length, 2, 'told once in a while, not once for each');
      alien.close();
    });

    it('is cut off by a message no machine of ours would send, and is none the worse', async () => {
      broker.subscribed.clear();
      await broker.send(topic, Buffer.alloc(1024 * 1024));
      await until('it has come back', () => broker.subscribed.has(topic));
      await broker.send(topic, genuine({ kind: 'locate' }));
      await until('it obeys', () => told()?.ordered?.outcome === 'located');
      assert.equal(await camera.stop(), true);
    });
  });
});

async function liveOf(review: ReviewClient): Promise<LiveSnapshot> {
  const abort = new AbortController();
  const answer = await review.fetch('/api/live', { signal: abort.signal });
  let text = '';
  for await (const part of answer.body ?? []) {
    text += Buffer.from(part).toString();
    if (text.includes('\n\n')) break;
  }
  abort.abort();
  return JSON.parse(text.split('data: ')[1]?.split('\n')[0] ?? '{}') as LiveSnapshot;
}

async function archiveState(archive: RunningArchive, identity: string): Promise<{ size: number }> {
  const client = new IngestClient(archive.ingest, identity, 'camera');
  const state = await client.state('cam-1', 1);
  client.close();
  return state;
}
