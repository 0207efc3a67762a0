import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestAgency } from '../../support/agency.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { NotifySocket } from '../../support/notify-socket.ts';
import { REPOSITORY } from '../../support/processes.ts';
import { installedUnit, systemdAnalyze } from '../../support/systemd-unit.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const DEPLOY = join(REPOSITORY, 'dock-agent', 'deploy');
const UNIT = join(DEPLOY, 'mingjing-dock.service');

describe('the dock as a service', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();

  it('is a unit that systemd understands, to the last line', () => {
    const path = installedUnit(UNIT, directory());
    const { status, told } = systemdAnalyze('verify', '--man=no', '--recursive-errors=no', path);
    assert.deepEqual(
      told.split('\n').filter((line) => line.includes('mingjing-dock.service')),
      [],
    );
    assert.equal(status, 0, told);
  });

  it('is exposed to little: systemd gives it a mark below 2.5 of 10', () => {
    const path = installedUnit(UNIT, directory());
    const { status, told } = systemdAnalyze(
      'security',
      '--offline=yes',
      '--threshold=25',
      '--no-pager',
      path,
    );
    assert.equal(status, 0, told);
  });

  it('leaves no core and no swap of what it sees, and comes back', () => {
    const unit = readFileSync(UNIT, 'utf8');
    for (const line of [
      'LimitCORE=0',
      'MemorySwapMax=0',
      'NotifyAccess=all',
      'Type=notify',
      'Restart=always',
    ])
      assert.match(unit, new RegExp(`^${line}$`, 'm'));
    assert.match(unit, /^WatchdogSec=\d+$/m);
    assert.match(unit, /^MemoryMax=\d+G$/m);
  });

  it('has a user that systemd can make', () => {
    const root = directory();
    mkdirSync(join(root, 'etc'));
    const file = join(DEPLOY, 'mingjing-dock.sysusers.conf');
    const { status, stderr } = spawnSync('systemd-sysusers', [`--root=${root}`, file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(root, 'etc', 'passwd'), 'utf8'), /^mingjing-dock:/m);
  });

  it('tells systemd when it is ready, that it lives, and that it ends', async () => {
    const test = await makeTestAgency();
    const manager = await NotifySocket.open(join(directory(), 'notify'));
    try {
      await test.enrol('dock', 'dock-1');
      const dock = new DockProcess(test.dir, {
        identityDirectory: `${test.dir}/dock-dock-1`,
        stateDirectory: `${test.dir}/state`,
        archive: 'https://127.0.0.1:1',
        bays: [{ bay: 1, port: '9-9' }],
      });
      await dock.start({ NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '3000000' });
      await eventually(
        () => manager.count('READY=1') === 1 && manager.count('WATCHDOG=1') >= 2,
        () => manager.heard,
      );
      assert.equal(await dock.end('SIGTERM'), 0);
      await eventually(
        () => manager.count('STOPPING=1') === 1,
        () => manager.heard,
      );
    } finally {
      await manager.close();
      test.close();
    }
  });

  it('has nothing beside it that nobody installs', () => {
    assert.deepEqual(readdirSync(DEPLOY).toSorted(), [
      'mingjing-dock.service',
      'mingjing-dock.sysusers.conf',
    ]);
  });
});
