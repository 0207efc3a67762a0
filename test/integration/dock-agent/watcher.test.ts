import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '@mingjing/runtime';
import { SqliteCameras } from '../../../dock-agent/adapters/sqlite-cameras.ts';
import { Watcher } from '../../../dock-agent/shell/watcher.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const HOUR = 3_600_000;
const LIMITS = { overdueMs: 24 * HOUR, notSeenMs: 7 * 24 * HOUR };

describe('the dock’s watch over its cameras', () => {
  const temporary = temporaryDirectories();
  let path: string;
  let now: number;
  let messages: NotedMessages;
  let wake: (() => void) | undefined;

  beforeEach(() => {
    path = join(temporary(), 'cameras.sqlite');
    now = Date.parse('2026-11-20T08:00:00.000Z');
    messages = new NotedMessages();
  });

  function begin(): Watcher {
    const watcher = new Watcher({
      table: new SqliteCameras(path),
      messages,
      clock: {
        now: () => now,
        wall: () => new Date(now).toISOString(),
        after: (_ms, then) => {
          wake = then;
          return { cancel: () => (wake = undefined) };
        },
      },
      limits: LIMITS,
      log: createLog('test', { level: 'silent' }),
    });
    watcher.start();
    return watcher;
  }
  const pass = (hours: number): void => {
    now += hours * HOUR;
    wake?.();
  };
  const told = (): string[] =>
    messages.alarms.map(({ code, camera, severity }) => `${severity} ${code} ${camera ?? ''}`);

  it('remembers over a restart what is overdue, and what it has told', () => {
    let watcher = begin();
    watcher.showBay(1, 'transferring', 'cam-1');
    watcher.showBay(1, 'empty', undefined);
    watcher.stop();
    pass(25);
    watcher = begin();
    assert.deepEqual(told(), ['warning upload-overdue cam-1']);
    watcher.stop();
    watcher = begin();
    pass(1);
    assert.equal(told().length, 1, 'told twice');
    watcher.showBay(2, 'transferring', 'cam-1');
    watcher.showBay(2, 'ready', 'cam-1');
    assert.deepEqual(told().slice(1), ['info upload-overdue cam-1']);
    watcher.stop();
  });

  it('misses a camera that stands in no bay, and not one that stands in its bay for weeks', () => {
    const watcher = begin();
    watcher.showBay(1, 'ready', 'cam-1');
    watcher.showBay(2, 'ready', 'cam-2');
    watcher.showBay(2, 'empty', undefined);
    for (let day = 0; day < 8; day += 1) pass(24);
    assert.deepEqual(told(), ['warning camera-not-seen cam-2']);
    watcher.showBay(2, 'identifying', undefined);
    watcher.showBay(2, 'transferring', 'cam-2');
    assert.deepEqual(told().at(-1), 'info camera-not-seen cam-2');
    watcher.stop();
  });

  it('begins anew with a table that is none any more', () => {
    writeFileSync(path, Buffer.alloc(8_192, 7));
    const watcher = begin();
    watcher.showBay(1, 'transferring', 'cam-1');
    assert.deepEqual(
      watcher.cameras.map(({ camera }) => camera),
      ['cam-1'],
    );
    watcher.stop();
  });
});
