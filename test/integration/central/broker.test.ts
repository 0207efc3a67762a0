import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { encodeMessage, topicOf, type CertificateRole } from '@mingjing/protocol';
import {
  IDENTITY_FILES,
  loadTlsIdentity,
  MessageLink,
  MessageOutbox,
  nameCheck,
  tlsOptions,
} from '@mingjing/runtime';
import type { LiveSnapshot } from '../../../central/core/review-shapes.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  makeArchivePlace,
  ReviewClient,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const temporary = temporaryDirectories();
const AGENCY = 'testagency';
const now = (): string => new Date().toISOString();

describe('the broker', () => {
  let agency: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  const identity: Record<string, string> = {};
  const clients: MqttClient[] = [];
  before(async () => {
    agency = await makeTestAgency(AGENCY);
    identity['cam-1'] = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    identity['cam-2'] = await agency.enrol('camera', 'cam-2', { epoch: 1 });
    identity['dock-1'] = await agency.enrol('dock', 'dock-1');
    identity['archive-1'] = await agency.enrol('archive', 'archive-1');
    place = makeArchivePlace(identity['archive-1']);
    archive = await startArchive(place);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  after(async () => {
    assert.equal(await archive.stop(), 0);
    place.remove();
    agency.close();
  });

  const roleOf = (name: string): CertificateRole =>
    name.startsWith('cam') ? 'camera' : name.startsWith('dock') ? 'dock' : 'archive';

  async function join_(name: string, options: IClientOptions = {}): Promise<MqttClient> {
    const own = loadTlsIdentity(identity[name] ?? '', roleOf(name));
    const tls = { ...tlsOptions(own), checkServerIdentity: nameCheck(own, 'archive') };
    const client = connect(`mqtts://127.0.0.1:${archive.broker}`, {
      ...tls,
      reconnectPeriod: 0,
      protocolVersion: 4,
      keepalive: 60,
      ...options,
    });
    client.on('error', () => undefined);
    clients.push(client);
    await Promise.race([
      happens(client, 'connect'),
      happens(client, 'close').then(() => Promise.reject(new Error('the broker closed the line'))),
    ]);
    return client;
  }

  async function hears(
    client: MqttClient,
    filter: string,
  ): Promise<{ topic: string; text: string; retained: boolean }[]> {
    const heard: { topic: string; text: string; retained: boolean }[] = [];
    client.on('message', (topic, payload, packet) =>
      heard.push({ topic, text: payload.toString(), retained: packet.retain }),
    );
    await client.subscribeAsync(filter, { qos: 1 });
    return heard;
  }

  const cameraState = (state: 'standby' | 'recording' | 'off', online = true): Buffer =>
    Buffer.from(encodeMessage('camera-state', { at: now(), online, state }));
  const topic = topicOf(AGENCY, 'camera', 'cam-1', 'camera-state');

  it('carries a machine’s state to others, and keeps the newest for who comes later', async () => {
    const camera = await join_('cam-1');
    const dock = await join_('dock-1');
    const heard = await hears(dock, `mingjing/v1/${AGENCY}/#`);
    await camera.publishAsync(topic, cameraState('standby'), { qos: 1, retain: true });
    await camera.publishAsync(topic, cameraState('recording'), { qos: 1, retain: true });
    await until(() => heard.length === 2);
    const later = await hears(await join_('archive-1'), topic);
    await until(() => later.length === 1);
    assert.match(later[0]?.text ?? '', /"recording"/);
    assert.equal(later[0]?.retained, true);
  });

  it('lets no camera follow its fellows', async () => {
    const camera = await join_('cam-2');
    for (const filter of ['#', `mingjing/v1/${AGENCY}/#`, topic])
      await assert.rejects(hears(camera, filter), filter);
    await hears(camera, `mingjing/v1/${AGENCY}/camera/cam-2/#`);
  });

  it('ends the line of who speaks for another, or says what nobody knows', async () => {
    const heard = await hears(await join_('archive-1'), `mingjing/v1/${AGENCY}/#`);
    const before = heard.length;
    const cases: [string, Buffer, boolean][] = [
      [topicOf(AGENCY, 'camera', 'cam-1', 'camera-state'), cameraState('off'), true],
      [topicOf(AGENCY, 'dock', 'dock-1', 'dock-state'), cameraState('off'), true],
      [topicOf(AGENCY, 'camera', 'cam-2', 'camera-state'), Buffer.from('{}'), true],
      [topicOf(AGENCY, 'camera', 'cam-2', 'camera-state'), Buffer.alloc(0), true],
      ['anything', cameraState('off'), false],
    ];
    for (const [to, payload, retain] of cases) {
      const other = await join_('cam-2');
      const closed = happens(other, 'close');
      other.publish(to, payload, { qos: 0, retain });
      await closed;
    }
    const camera = await join_('cam-1');
    await camera.publishAsync(topic, cameraState('standby'), { qos: 1, retain: true });
    await until(() => heard.some(({ text }) => text.includes('"standby"')));
    assert.ok(heard.slice(before).every(({ text }) => !text.includes('"off"')));
  });

  it('cuts a line whose packet is too long, before it has come', async () => {
    const own = loadTlsIdentity(identity['cam-2'] ?? '', 'camera');
    const socket = connectTls({
      host: '127.0.0.1',
      port: archive.broker,
      ...tlsOptions(own),
      checkServerIdentity: () => undefined,
    });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('lets in nobody without a certificate, nor too many lines of one machine', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: archive.broker, rejectUnauthorized: false });
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    for (let n = 0; n < 8; n += 1) await join_('cam-2');
    await assert.rejects(join_('cam-2'));
  });

  it('lets nobody push another machine out by its client id', async () => {
    const camera = await join_('cam-1', { clientId: 'the-same' });
    await join_('cam-2', { clientId: 'the-same' });
    await camera.publishAsync(topic, cameraState('standby'), { qos: 1, retain: true });
    assert.equal(camera.connected, true);
  });

  it('speaks the last will of a line that broke, unless a newer line of the machine has spoken', async () => {
    const heard = await hears(await join_('archive-1'), topic);
    const will = { topic, payload: cameraState('off', false), qos: 1, retain: true } as const;
    const first = await join_('cam-1', { will });
    await first.publishAsync(topic, cameraState('standby'), { qos: 1, retain: true });
    first.stream.destroy();
    await until(() => heard.some(({ text }) => text.includes('"off"')));
    const old = await join_('cam-1', { will });
    await old.publishAsync(topic, cameraState('standby'), { qos: 1, retain: true });
    const next = await join_('cam-1', { will });
    await next.publishAsync(topic, cameraState('recording'), { qos: 1, retain: true });
    heard.length = 0;
    old.stream.destroy();
    await next.publishAsync(topic, cameraState('recording'), { qos: 1, retain: true });
    await until(() => heard.some(({ text }) => text.includes('"recording"')));
    const later = await hears(await join_('dock-1'), topic);
    await until(() => later.length > 0);
    assert.match(later[0]?.text ?? '', /"recording"/);
  });

  it('serves the link every machine of ours uses, and tells the pages', async () => {
    const outbox = new MessageOutbox(join(temporary(), 'outbox.sqlite'));
    const link = new MessageLink(
      `mqtts://127.0.0.1:${archive.broker}`,
      loadTlsIdentity(identity['dock-1'] ?? '', 'dock'),
      outbox,
      { kind: 'dock-state', message: () => ({ at: now(), online: false, bays: [] }) },
    );
    const alarm = {
      at: now(),
      id: randomBytes(16).toString('hex'),
      code: 'bay-fault',
      severity: 'warning',
    } as const;
    link.publish('dock-state', {
      at: now(),
      online: true,
      bays: [{ bay: 0, state: 'transferring', camera: 'cam-1' }],
    });
    link.publish('progress', {
      at: now(),
      bay: 0,
      camera: 'cam-1',
      bytes: 1,
      totalBytes: 2,
      objects: 1,
      totalObjects: 2,
    });
    link.publish('alarm', alarm);
    await until(() => outbox.waiting === 0);
    const snapshot = await liveSnapshot();
    assert.equal(snapshot.docks['dock-1']?.bays[0]?.camera, 'cam-1');
    assert.equal(snapshot.progress['dock-1/0']?.totalBytes, 2);
    assert.deepEqual(
      snapshot.alarms.find(({ alarm: { id } }) => id === alarm.id),
      { role: 'dock', id: 'dock-1', alarm },
    );
    await link.close();
  });

  it('shows the states to mosquitto_sub with a certificate of the agency', async () => {
    const camera = await join_('cam-1');
    await camera.publishAsync(topic, cameraState('recording'), { qos: 1, retain: true });
    for (const name of ['dock-1', 'archive-1']) {
      const file = (part: keyof typeof IDENTITY_FILES): string =>
        join(identity[name] ?? '', IDENTITY_FILES[part]);
      const output = await run('mosquitto_sub', [
        ...['-h', '127.0.0.1', '-p', String(archive.broker), '--cafile', file('root')],
        ...['--cert', file('tlsChain'), '--key', file('tlsKey')],
        ...['-t', `mingjing/v1/${AGENCY}/+/+/state`, '-v', '-C', '2', '-W', '5'],
      ]);
      assert.match(output, /^mingjing\/v1\/testagency\/camera\/cam-1\/state .*"state":"recording"/m);
    }
  });

  async function liveSnapshot(): Promise<LiveSnapshot> {
    const review = new ReviewClient(archive.review);
    await review.signIn(archive.reviewLink());
    const answer = await review.fetch('/api/live');
    const reader = answer.body?.getReader();
    const first = (await reader?.read())?.value as Uint8Array;
    await reader?.cancel();
    const match = /^event: snapshot\ndata: (.*)\n/.exec(Buffer.from(first).toString());
    return JSON.parse(match?.[1] ?? '') as LiveSnapshot;
  }
});

function happens(client: MqttClient, event: 'connect' | 'close'): Promise<void> {
  return new Promise((resolve) => {
    client.once(event, () => resolve());
  });
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, `${command}: ${errors}`);
  return output;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    assert.ok(Date.now() < deadline, 'in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
