import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { decodeMessage, type MessageOf } from '@mingjing/protocol';
import { IDENTITY_FILES } from '@mingjing/runtime';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { freePort, until } from '../../support/processes.ts';
import { skip } from '../../support/skip.ts';

interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
}

const HAS_MOSQUITTO = spawnSync('mosquitto', ['-h']).error === undefined;

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

describe('camera and broker', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let archive: string;
  let directory: string;
  let port: number;
  let camera: CameraProgram;
  const children: ChildProcess[] = [];
  let brokerLog = '';

  before(async function () {
    if (!HAS_MOSQUITTO) skip(this, 'mosquitto is not installed');
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    archive = await agency.enrol('archive', 'archive-1');
  });

  after(() => {
    if (HAS_MOSQUITTO) agency.close();
  });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-messages-'));
    port = await freePort();
    brokerLog = '';
    camera = await CameraProgram.fast(directory, identity, { broker: `mqtts://127.0.0.1:${port}` });
  });

  afterEach(async () => {
    await camera.kill();
    await Promise.all(children.splice(0).map(end));
    rmSync(directory, { recursive: true, force: true });
  });

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL'); // mosquitto_sub waits for its broker on a SIGTERM
    await gone;
  }

  async function startBroker(): Promise<void> {
    const file = (name: keyof typeof IDENTITY_FILES): string => join(archive, IDENTITY_FILES[name]);
    const config = join(directory, 'mosquitto.conf');
    const lines = [
      `listener ${port} 127.0.0.1`,
      ...[`cafile ${file('root')}`, `certfile ${file('tlsChain')}`, `keyfile ${file('tlsKey')}`],
      ...['require_certificate true', 'allow_anonymous true', 'user root'],
      ...['log_dest stderr', 'log_type all'],
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    const broker = spawn('mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    broker.stderr.on('data', (bytes: Buffer) => (brokerLog += bytes.toString('utf8')));
    children.push(broker);
    await until('the broker listens', () => isListening(port));
  }

  /** Everything an outsider's client hears under the camera's topics. */
  async function listen(): Promise<Heard[]> {
    const heard: Heard[] = [];
    const file = (name: keyof typeof IDENTITY_FILES): string => join(archive, IDENTITY_FILES[name]);
    const client = spawn('mosquitto_sub', [
      ...['-h', '127.0.0.1', '-p', String(port), '-q', '1', '-F', '%t %p', '-t', 'mingjing/#'],
      ...['--cafile', file('root'), '--cert', file('tlsChain'), '--key', file('tlsKey'), '--insecure'],
    ]);
    children.push(client);
    let text = '';
    client.stdout.on('data', (bytes: Buffer) => {
      const lines = (text + bytes.toString('utf8')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const space = line.indexOf(' ');
        heard.push({ topic: line.slice(0, space), payload: Buffer.from(line.slice(space + 1)) });
      }
    });
    await until('the client listens', () => brokerLog.includes('mingjing/# (QoS 1)'));
    return heard;
  }

  function states(heard: Heard[]): MessageOf<'camera-state'>[] {
    return heard
      .filter(({ topic }) => topic === 'mingjing/v1/testagency/camera/cam-1/state')
      .map(({ payload }) => decodeMessage('camera-state', payload));
  }

  it('tells its state, and the broker tells when it vanished', async () => {
    await startBroker();
    await camera.start();
    const heard = await listen();
    await until('standby is heard', () => states(heard).some(({ state }) => state === 'standby'));
    const { recording } = await camera.press('record');
    await until('recording is heard', () => states(heard).some((one) => one.recording === recording));
    await camera.kill();
    await until('it is heard to be off', () => states(heard).at(-1)?.online === false);
  });

  it('records on without a broker, and loses no alarm: it comes when the broker does, even after a kill', async () => {
    await camera.start();
    await until('standby', async () => (await camera.status()).state === 'standby');
    const { recording = '' } = await camera.press('record');
    assert.equal((await camera.press('stop')).ok, true);
    await camera.kill();
    writeFileSync(join(camera.footage, `${recording}.000099.age`), 'nobody knows whose this is');
    await camera.start();
    await camera.kill();
    await startBroker();
    const heard = await listen();
    await camera.start();
    const alarm = await until('the alarm is heard', () =>
      heard.find(({ topic }) => topic.endsWith('/alarm')),
    );
    const { code, severity } = decodeMessage('alarm', alarm.payload);
    assert.deepEqual([code, severity], ['unexplained-file', 'critical']);
  });

  it('says goodbye when it is switched off', async () => {
    await startBroker();
    await camera.start();
    const heard = await listen();
    await until('standby is heard', () => states(heard).some(({ state }) => state === 'standby'));
    assert.ok(await camera.stop());
    await until('off is heard', () => states(heard).at(-1)?.state === 'off');
  });
});
