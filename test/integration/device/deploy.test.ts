import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { REPOSITORY } from '../../support/processes.ts';
import { installedUnit, systemdAnalyze } from '../../support/systemd-unit.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const DEPLOY = join(REPOSITORY, 'device', 'deploy');
const UNIT = 'mingjing-camera.service';

describe('the camera as a service', function () {
  this.timeout(30_000);
  const directory = temporaryDirectories();

  it('is a unit that systemd understands, to the last line', () => {
    const { status, told } = systemdAnalyze(
      'verify',
      '--man=no',
      '--recursive-errors=no',
      installedUnit(join(DEPLOY, UNIT), directory()),
    );
    const about = told.split('\n').filter((line) => line.includes(UNIT));
    assert.deepEqual(about, []);
    assert.equal(status, 0, told);
  });

  it('is exposed to little: systemd gives it a mark below 2.5 of 10', () => {
    const { status, told } = systemdAnalyze(
      'security',
      '--offline=yes',
      '--threshold=25',
      '--no-pager',
      installedUnit(join(DEPLOY, UNIT), directory()),
    );
    assert.equal(status, 0, told);
  });

  it('leaves no core and no swap of what it sees, and is petted by a helper', () => {
    const unit = readFileSync(join(DEPLOY, UNIT), 'utf8');
    for (const line of [
      'LimitCORE=0',
      'MemorySwapMax=0',
      'NotifyAccess=all',
      'Type=notify',
      'Restart=always',
      'RestartPreventExitStatus=10',
    ])
      assert.match(unit, new RegExp(`^${line}$`, 'm'));
    assert.match(unit, /^WatchdogSec=\d+$/m);
    assert.match(unit, /^MemoryMax=\d+M$/m);
  });

  it('has users that systemd can make', () => {
    const root = directory();
    mkdirSync(join(root, 'etc'));
    const file = join(DEPLOY, 'mingjing-camera.sysusers.conf');
    const { status, stderr } = spawnSync('systemd-sysusers', [`--root=${root}`, file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(root, 'etc', 'passwd'), 'utf8'), /^mingjing:/m);
    assert.match(readFileSync(join(root, 'etc', 'group'), 'utf8'), /^gpio:/m);
  });

  it('has nothing beside it that nobody installs', () => {
    assert.deepEqual(readdirSync(DEPLOY).toSorted(), [
      '60-mingjing-camera.rules',
      UNIT,
      `${UNIT}.d`,
      'mingjing-camera.sysusers.conf',
      'mingjing-watchdog.system.conf',
    ]);
  });
});
