import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type MqttClient } from 'mqtt';
import {
  ArchiveNote,
  decodeMessage,
  encodeMessage,
  openCommand,
  openPolicy,
  topicOf,
  type CameraCommand,
} from '@mingjing/protocol';
import {
  HttpsArchive,
  HttpsPeer,
  loadTlsIdentity,
  MessageLink,
  MessageOutbox,
  nameCheck,
  tlsOptions,
} from '@mingjing/runtime';
import { SqliteCustody } from '../../../central/adapters/sqlite-custody.ts';
import type { CommandSent } from '../../../central/core/review-shapes.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  makeArchivePlace,
  ReviewClient,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();

describe('orders and policy of an archive', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let review: ReviewClient;
  let policyFile: string;
  const identity: Record<string, string> = {};
  const closing: (() => Promise<unknown>)[] = [];

  before(async () => {
    agency = await makeTestAgency();
    for (const id of ['cam-1', 'cam-2']) identity[id] = await agency.enrol('camera', id, { epoch: 1 });
    identity['dock-1'] = await agency.enrol('dock', 'dock-1');
    place = makeArchivePlace(await agency.enrol('archive', 'archive-1'));
    policyFile = join(place.dir, 'policy.json');
    writeFileSync(policyFile, JSON.stringify({ version: 3, startByOrder: true }));
    const config = JSON.parse(readFileSync(place.config, 'utf8')) as object;
    writeFileSync(place.config, JSON.stringify({ ...config, policyFile }));
    archive = await startArchive(place);
    review = new ReviewClient(archive.review);
    await review.signIn(archive.reviewLink());
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  after(async () => {
    await archive.stop();
    place.remove();
    agency.close();
  });

  const trust = (): Parameters<typeof openCommand>[1] => ({
    agency: agency.agency,
    roots: agency.roots,
    at: new Date().toISOString(),
  });

  /** A camera that is on line, and what it hears as orders. */
  async function camera(id: string): Promise<Uint8Array[]> {
    const heard: Uint8Array[] = [];
    const tls = loadTlsIdentity(identity[id] ?? '', 'camera');
    const link = new MessageLink(
      `mqtts://127.0.0.1:${archive.broker}`,
      tls,
      new MessageOutbox(join(temporary(), 'outbox.db')),
      {
        kind: 'camera-state',
        message: () => ({ at: new Date().toISOString(), online: false, state: 'off' }),
      },
    );
    link.listen('command', (payload) => heard.push(payload));
    link.publish('camera-state', { at: new Date().toISOString(), online: true, state: 'standby' });
    closing.push(async () => {
      link.publish('camera-state', { at: new Date().toISOString(), online: false, state: 'off' });
      await link.close();
    });
    await until('it is on line', async () => (await order(id, 'locate')).status === 200);
    await until('it hears', () => heard.length > 0);
    heard.length = 0;
    return heard;
  }

  async function peer(id: string): Promise<MqttClient> {
    const own = loadTlsIdentity(identity[id] ?? '', id.startsWith('cam') ? 'camera' : 'dock');
    const tls = { ...tlsOptions(own), checkServerIdentity: nameCheck(own, 'archive') };
    const client = connect(`mqtts://127.0.0.1:${archive.broker}`, {
      ...tls,
      reconnectPeriod: 0,
      protocolVersion: 4,
    });
    client.on('error', () => undefined);
    closing.push(() => client.endAsync(true));
    await until('it is connected', () => client.connected);
    return client;
  }

  const order = (id: string, kind: string, init: RequestInit = {}): Promise<Response> =>
    review.fetch(`/api/cameras/${id}/command`, { method: 'POST', body: JSON.stringify({ kind }), ...init });
  const read = (payload: Uint8Array | undefined): { archive: string; command: CameraCommand } =>
    openCommand(decodeMessage('command', payload ?? new Uint8Array()), trust());

  it('reach their camera, signed, with a sequence that grows through a restart', async () => {
    let heard = await camera('cam-1');
    const sequences: number[] = [];
    for (const kind of ['start', 'stop', 'refresh-policy', 'locate']) {
      const answer = await order('cam-1', kind);
      assert.equal(answer.status, 200);
      const sent = (await answer.json()) as CommandSent;
      await until('it is there', () => heard.length > 0);
      const { archive: by, command } = read(heard.shift());
      assert.deepEqual([by, command.camera, command.kind], ['archive-1', 'cam-1', kind]);
      assert.deepEqual(
        [command.id, command.sequence, command.expires],
        [sent.command, sent.sequence, sent.expires],
      );
      sequences.push(command.sequence);
    }
    for (const close of closing.splice(0)) await close();
    assert.equal(await archive.stop(), 0);
    archive = await startArchive(place);
    review = new ReviewClient(archive.review);
    await review.signIn(archive.reviewLink());
    heard = await camera('cam-1');
    await order('cam-1', 'locate');
    await until('it is there', () => heard.length > 0);
    sequences.push(read(heard.shift()).command.sequence);
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(sequences).size, sequences.length);
  });

  it('are in the custody log with who gave them, each at the place that is its sequence', async () => {
    await camera('cam-1');
    const sent = (await (await order('cam-1', 'start')).json()) as CommandSent;
    const custody = new SqliteCustody(join(place.state, 'custody.sqlite'));
    const [bytes] = await custody.entries(sent.sequence - 1, sent.sequence);
    custody.close();
    const entry = JSON.parse(Buffer.from(bytes ?? []).toString()) as Record<string, unknown>;
    assert.deepEqual(
      [entry['type'], entry['camera'], entry['order'], entry['command']],
      ['ordered', 'cam-1', 'start', sent.command],
    );
    assert.equal((entry['actor'] as { kind: string }).kind, 'session');
  });

  it('are given by nobody without a session, from another origin, or out of schema', async () => {
    await camera('cam-1');
    const stranger = new ReviewClient(archive.review);
    const post = (client: ReviewClient, path: string, init: RequestInit): Promise<Response> =>
      client.fetch(path, { method: 'POST', body: JSON.stringify({ kind: 'start' }), ...init });
    const path = '/api/cameras/cam-1/command';
    assert.equal((await post(stranger, path, {})).status, 401);
    assert.equal((await post(review, path, { headers: { origin: 'http://elsewhere.example' } })).status, 403);
    assert.equal((await order('cam-1', 'erase')).status, 400);
    assert.equal(
      (await post(review, path, { body: JSON.stringify({ kind: 'start', by: 'me' }) })).status,
      400,
    );
    assert.equal((await post(review, '/api/cameras/CAM/command', {})).status, 404);
  });

  it('are not given to a camera that is away, and leave no trace then', async () => {
    const custody = new SqliteCustody(join(place.state, 'custody.sqlite'));
    const { size } = await custody.state();
    const answer = await order('cam-2', 'start');
    assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [409, 'camera-away']);
    assert.equal((await custody.state()).size, size);
    custody.close();
  });

  it('are heard by the camera they name, and by nobody else', async () => {
    const heard = await camera('cam-1');
    const other = await camera('cam-2');
    const dock = await peer('dock-1');
    const overheard: string[] = [];
    dock.on('message', (topic) => overheard.push(topic));
    await dock.subscribeAsync('mingjing/v1/testagency/#', { qos: 1 });
    await until('the dock hears the states', () => overheard.length > 0);
    await order('cam-1', 'start');
    await until('it is there', () => heard.length > 0);
    await order('cam-2', 'locate');
    await until('the other hears its own', () => other.length > 0);
    assert.equal(other.length, 1);
    assert.ok(overheard.every((topic) => !topic.endsWith('/command')));
  });

  it('are published by nobody over the network', async () => {
    const heard = await camera('cam-1');
    await order('cam-1', 'locate');
    await until('it is there', () => heard.length > 0);
    const topic = topicOf('testagency', 'camera', 'cam-1', 'command');
    const genuine = encodeMessage('command', decodeMessage('command', heard.shift() ?? new Uint8Array()));
    for (const id of ['cam-1', 'cam-2', 'dock-1']) {
      const client = await peer(id);
      client.publish(topic, Buffer.from(genuine), { qos: 1 });
      await until('it is thrown out', () => !client.connected);
    }
    assert.equal(heard.length, 0);
  });

  it('hands a camera the agency’s policy, signed, as it is at that moment', async () => {
    const line = new HttpsArchive(
      `https://127.0.0.1:${archive.ingest}`,
      loadTlsIdentity(identity['cam-1'] ?? '', 'camera'),
    );
    const ask = async () => {
      const note = await line.policy(AbortSignal.timeout(5_000));
      assert.ok(note);
      return openPolicy(note, trust());
    };
    const { policy, bytes } = await ask();
    assert.equal(Buffer.from(bytes).toString(), '{"version":3,"startByOrder":true}');
    assert.deepEqual([policy.version, policy.startByOrder, policy.uplink.send], [3, true, 'marked']);
    writeFileSync(policyFile, '{\n  "version": 4 }\n');
    assert.equal((await ask()).policy.version, 4);
    for (const broken of [
      '{',
      '{"version":0}',
      '{"version":5,"colour":"red"}',
      `{"version":5,"x":"${'x'.repeat(40_000)}"}`,
    ]) {
      writeFileSync(policyFile, broken);
      await assert.rejects(ask, { refusal: 'internal' });
    }
    writeFileSync(policyFile, '{"version":4}');
    line.close();
  });

  it('does not start with a policy that is none', async () => {
    const broken = makeArchivePlace(place.identity);
    const config = JSON.parse(readFileSync(broken.config, 'utf8')) as object;
    writeFileSync(broken.config, JSON.stringify({ ...config, policyFile: '/nowhere/policy.json' }));
    await assert.rejects(startArchive(broken));
    broken.remove();
  });

  it('without a policy says that there is none', async () => {
    const bare = makeArchivePlace(place.identity);
    const running = await startArchive(bare);
    const peerOf = new HttpsPeer(
      `https://127.0.0.1:${running.ingest}`,
      loadTlsIdentity(identity['cam-1'] ?? '', 'camera'),
      'archive',
    );
    await assert.rejects(peerOf.json({ method: 'GET', path: '/v1/policy' }, ArchiveNote, 1_000), {
      refusal: 'not-found',
    });
    peerOf.close();
    await running.stop();
    bare.remove();
  });
});
