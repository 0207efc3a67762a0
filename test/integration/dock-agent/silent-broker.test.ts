import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loadTlsIdentity, MessageLink, MessageOutbox } from '@mingjing/runtime';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { SilentBroker } from '../../support/silent-broker.ts';

describe('with a broker that takes messages and never acknowledges them', function () {
  this.timeout(30_000);
  let test: TestAgency;
  let broker: SilentBroker;
  let identity: string;
  beforeEach(async () => {
    test = await makeTestAgency();
    broker = new SilentBroker(loadTlsIdentity(await test.enrol('archive', 'arc'), 'archive'));
    identity = await test.enrol('dock', 'dock-1');
    await broker.open();
  });
  afterEach(async () => {
    await broker.close();
    test.close();
  });
  const told = (): string => 'nothing was published';

  it('a link leaves within its grace, and what was not acknowledged waits on the disk', async () => {
    const path = join(test.dir, 'outbox.sqlite');
    const message = { at: '2026-01-01T00:00:00.000Z', online: true, bays: [] };
    const link = new MessageLink(broker.url, loadTlsIdentity(identity, 'dock'), new MessageOutbox(path), {
      kind: 'dock-state',
      message: () => ({ ...message, online: false }),
    });
    link.publish('dock-state', message);
    await eventually(() => broker.published > 0, told);
    const began = performance.now();
    await link.close(200);
    assert.ok(performance.now() - began < 2_000);
    const outbox = new MessageOutbox(path);
    assert.equal(outbox.waiting, 1);
    outbox.close();
  });

  it('the dock ends when it is told to', async () => {
    const dock = new DockProcess(test.dir, {
      identityDirectory: identity,
      stateDirectory: join(test.dir, 'state'),
      archive: 'https://127.0.0.1:9',
      broker: broker.url,
      bays: [{ bay: 1, camera: 'https://127.0.0.1:9' }],
      log: { level: 'warn' },
    });
    await dock.start();
    await eventually(() => broker.published > 0, told);
    const late = AbortSignal.timeout(10_000);
    const ended = await Promise.race([
      dock.end('SIGTERM'),
      new Promise((resolve) => late.addEventListener('abort', () => resolve('still running'))),
    ]);
    if (ended === 'still running') await dock.end('SIGKILL');
    assert.equal(ended, 0);
  });
});
