import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES } from '@mingjing/protocol';
import { createLog, loadTlsIdentity, MessageOutbox } from '@mingjing/runtime';
import { MqttMessages } from '../../../dock-agent/adapters/mqtt-messages.ts';
import type { CameraFacts } from '../../../dock-agent/ports/messages.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { REPOSITORY } from '../../support/processes.ts';

describe('what the dock tells while there is no broker', () => {
  let test: TestAgency;
  let path: string;
  let messages: MqttMessages;
  beforeEach(async () => {
    test = await makeTestAgency();
    path = join(test.dir, 'outbox.sqlite');
    const identity = loadTlsIdentity(await test.enrol('dock', 'dock-1'), 'dock');
    messages = new MqttMessages(
      'mqtts://127.0.0.1:9',
      identity,
      path,
      [1, 2],
      createLog('test', { level: 'silent' }),
    );
  });
  afterEach(async () => {
    await messages.close();
    test.close();
  });

  /** What waits, oldest first. */
  function waiting(): { topic: string; message: Record<string, unknown> }[] {
    const outbox = new MessageOutbox(path);
    const all: { topic: string; message: Record<string, unknown> }[] = [];
    for (let next = outbox.next(); next !== undefined; next = outbox.next()) {
      all.push({
        topic: next.topic,
        message: JSON.parse(Buffer.from(next.payload).toString()) as Record<string, unknown>,
      });
      outbox.remove(next.sequence);
    }
    outbox.close();
    return all;
  }
  const progress = (bytes: number): void => {
    messages.progress({
      bay: 1,
      camera: 'cam-1',
      bytes,
      totalBytes: 100,
      objects: 0,
      totalObjects: 1,
      remaining: undefined,
    });
  };
  const alarm = (id: string): void => {
    messages.alarm({
      bay: 2,
      camera: undefined,
      id: id.repeat(32),
      code: 'object-cut',
      severity: 'critical',
      detail: 'x'.repeat(2_000),
    });
  };

  it('waits on the disk: every alarm, and the newest of states and progress', () => {
    messages.showBay(1, 'identifying', undefined);
    alarm('a');
    progress(1);
    messages.showBay(1, 'transferring', 'cam-1');
    alarm('b');
    progress(2);
    const all = waiting();
    assert.deepEqual(
      all.map(({ topic }) => topic.split('/').slice(3).join('/')),
      [
        'dock/dock-1/cameras',
        'dock/dock-1/alarm',
        'dock/dock-1/state',
        'dock/dock-1/alarm',
        'dock/dock-1/progress',
      ],
    );
    assert.deepEqual(all[2]?.message['bays'], [
      { bay: 1, state: 'transferring', camera: 'cam-1' },
      { bay: 2, state: 'empty' },
    ]);
    assert.equal(all[4]?.message['bytes'], 2);
  });

  const li = { number: '031337', name: '李明' };
  const facts = (more: Partial<CameraFacts> = {}): CameraFacts => ({
    ...{ bay: 1, camera: 'cam-1', batteryPercent: 42, freeBytes: 7, officer: li },
    ...more,
  });
  const cameras = (): unknown =>
    waiting()
      .filter(({ topic }) => topic.endsWith('/cameras'))
      .at(-1)?.message['cameras'];

  it('tells how the cameras in the bays are, and no officer’s name', () => {
    messages.showBay(1, 'transferring', 'cam-1');
    messages.showCamera(facts());
    messages.showCamera(facts({ diagnosis: { at: '2026-11-20T08:00:00.000Z', result: 'bad' } }));
    const all = waiting();
    assert.doesNotMatch(JSON.stringify(all), /李明/);
    const told = all.filter(({ topic }) => topic === 'mingjing/v1/testagency/dock/dock-1/cameras');
    assert.equal(told.length, 1);
    assert.deepEqual(told[0]?.message['cameras'], [
      { bay: 1, camera: 'cam-1', battery: 42, storageFree: 7, officer: '031337', diagnosis: 'bad' },
    ]);
  });

  it('tells nothing of a camera that is gone, nor twice the same', () => {
    messages.showBay(1, 'ready', 'cam-1');
    messages.showCamera(facts());
    waiting();
    messages.showCamera(facts());
    assert.equal(cameras(), undefined);
    messages.showBay(1, 'empty', undefined);
    assert.deepEqual(cameras(), []);
    messages.showCamera(facts());
    waiting();
    messages.showBay(1, 'transferring', 'cam-2');
    assert.deepEqual(cameras(), []);
  });

  it('fits all bays into one message, whatever cameras say', () => {
    const name = 'c'.repeat(63);
    for (let bay = 1; bay <= 64; bay += 1)
      messages.showCamera(
        facts({
          bay,
          camera: name,
          freeBytes: Number.MAX_SAFE_INTEGER,
          officer: { number: bay % 2 === 0 ? '警'.repeat(24) : '"\\'.repeat(500), name: 'x' },
          diagnosis: { at: '2026-11-20T08:00:00.000Z', result: bay % 2 === 0 ? 'unsure' : 'anything' },
        }),
      );
    const all = cameras() as { officer?: string }[];
    assert.equal(all.length, 64);
    assert.ok(Buffer.byteLength(JSON.stringify(all)) < MAX_MESSAGE_BYTES - 100);
    assert.equal(all.filter(({ officer }) => officer !== undefined).length, 32);
  });

  it('is no reason to stop moving footage when it cannot be kept', async () => {
    await messages.close();
    messages.showBay(1, 'ready', 'cam-1');
    alarm('c');
    progress(3);
  });

  it('lets the process end that told it, also before it ever reached one', async () => {
    const program = `
      import { createLog, loadTlsIdentity } from '@mingjing/runtime';
      import { MqttMessages } from './dock-agent/adapters/mqtt-messages.ts';
      const identity = loadTlsIdentity(process.argv[1], 'dock');
      const messages = new MqttMessages('mqtts://127.0.0.1:9', identity, process.argv[2], [1], createLog('test', { level: 'silent' }));
      await messages.close();`;
    const directory = await test.enrol('dock', 'dock-2');
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', program, directory, join(test.dir, 'other.sqlite')],
      { cwd: REPOSITORY, stdio: ['ignore', 'ignore', 'inherit'], timeout: 15_000 },
    );
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
