import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createLog, SystemdWatchdog } from '@mingjing/runtime';
import { DeviceWatchdog } from '../../../device/adapters/device-watchdog.ts';
import { NotifySocket } from '../../support/notify-socket.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const quiet = createLog('test', { level: 'silent' });

describe('kernel watchdog', () => {
  const directory = temporaryDirectories();

  it('is petted by bytes, not more often than it needs, and let go of by the magic one', async () => {
    const path = join(directory(), 'watchdog');
    writeFileSync(path, '');
    const watchdog = new DeviceWatchdog(path, quiet);
    watchdog.ready();
    for (let n = 0; n < 1_000; n += 1) watchdog.pet();
    await watchdog.close();
    watchdog.pet();
    await watchdog.close();
    assert.equal(readFileSync(path, 'latin1'), '\0V');
  });

  it('is no reason not to record when it is not there', async () => {
    const watchdog = new DeviceWatchdog(join(directory(), 'none', 'watchdog'), quiet);
    watchdog.pet();
    await watchdog.close();
  });
});

describe('systemd watchdog', function () {
  this.timeout(30_000);
  const directory = temporaryDirectories();
  let manager: NotifySocket;
  let before: string | undefined;

  beforeEach(async () => {
    manager = await NotifySocket.open(join(directory(), 'notify'));
    before = process.env['NOTIFY_SOCKET'];
    process.env['NOTIFY_SOCKET'] = manager.path;
  });

  afterEach(async () => {
    if (before === undefined) delete process.env['NOTIFY_SOCKET'];
    else process.env['NOTIFY_SOCKET'] = before;
    await manager.close();
  });

  function watched(seconds: number, pid = process.pid): SystemdWatchdog {
    const watchdog = SystemdWatchdog.fromEnvironment(quiet, {
      NOTIFY_SOCKET: manager.path,
      WATCHDOG_USEC: String(seconds * 1e6),
      WATCHDOG_PID: String(pid),
    });
    assert.ok(watchdog !== undefined);
    return watchdog;
  }

  const count = (word: string): number => manager.count(word);

  it('says that it is ready, how it fares, that it lives, and that it ends', async () => {
    const watchdog = watched(30);
    watchdog.ready();
    watchdog.pet();
    for (let n = 0; n < 100; n += 1) watchdog.status('recording\nEXTEND_TIMEOUT_USEC=1');
    await until('it was said', () => manager.heard.includes('STATUS='));
    assert.match(manager.heard, /READY=1/);
    assert.match(manager.heard, /WATCHDOG=1/);
    assert.match(manager.heard, /STATUS=recording EXTEND_TIMEOUT_USEC=1/);
    assert.equal(count('STATUS='), 1);
    await watchdog.close();
    await until('the end was said', () => manager.heard.includes('STOPPING=1'));
    watchdog.pet();
    await watchdog.close();
    assert.equal(count('STOPPING=1'), 1);
  });

  it('says that it lives three times in an interval, however often it is petted', async () => {
    const watchdog = watched(0.9);
    const began = performance.now();
    await until(
      'it lives',
      () => {
        watchdog.pet();
        return count('WATCHDOG=1') >= 4;
      },
      10_000,
      5,
    );
    const elapsed = performance.now() - began;
    assert.ok(elapsed >= 900, `${elapsed} ms`);
    assert.ok(count('WATCHDOG=1') <= elapsed / 300 + 2);
    await watchdog.close();
  });

  it('is silent about its life when systemd asks another process for it, or none', async () => {
    for (const watchdog of [
      watched(0.001, 1),
      SystemdWatchdog.fromEnvironment(quiet, { NOTIFY_SOCKET: manager.path }),
    ]) {
      watchdog?.pet();
      watchdog?.ready();
      await watchdog?.close();
    }
    await until('both ended', () => count('STOPPING=1') === 2);
    assert.equal(count('WATCHDOG=1'), 0);
  });

  it('is not there without systemd', () => {
    assert.equal(SystemdWatchdog.fromEnvironment(quiet, {}), undefined);
  });
});
