import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createLog, loadTlsIdentity, MessageOutbox } from '@mingjing/runtime';
import { MqttMessages } from '../../../dock-agent/adapters/mqtt-messages.ts';
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
      ['dock/dock-1/alarm', 'dock/dock-1/state', 'dock/dock-1/alarm', 'dock/dock-1/progress'],
    );
    assert.deepEqual(all[1]?.message['bays'], [
      { bay: 1, state: 'transferring', camera: 'cam-1' },
      { bay: 2, state: 'empty' },
    ]);
    assert.equal(all[3]?.message['bytes'], 2);
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
