import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { makeTestAgency } from '../../support/agency.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';
import { skip } from '../../support/skip.ts';

/** Takes every byte there is. */
function fillUp(path: string): void {
  for (let size = 1024 * 1024; size >= 512; size /= 2) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size, 1));
    } catch {
      // a smaller piece may still fit
    }
  }
}

describe('camera on a disk that somebody filled while it was off', function () {
  this.timeout(60_000);

  it('starts, can be docked, keeps its journal, and holds space back again when there is room', async function () {
    await withDirectory(async (directory) => {
      const state = join(directory, 'state');
      const ballast = join(state, 'ballast');
      mkdirSync(state);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', state], { stdio: 'ignore' });
      } catch {
        skip(this, 'mounting a small file system needs root');
      }
      const agency = await makeTestAgency();
      const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
      const camera = await CameraProgram.fast(directory, identity, { reserveBytes: 16 * 1024 * 1024 });
      const filler = join(state, 'filler');
      try {
        await camera.start();
        await until('there is a ballast', () => existsSync(ballast));
        assert.equal(statSync(ballast).size, 8 * 1024 * 1024);
        await until('standby', async () => (await camera.status()).state === 'standby');
        await camera.press('record');
        await camera.press('stop');
        await camera.kill();
        fillUp(filler);

        await camera.start();
        assert.ok(!existsSync(ballast));
        assert.match(JSON.stringify(await camera.ask('POST', '/dock', { attached: true })), /"ok":true/);
        await until('it says so', async () => (await camera.status()).warnings.includes('storage-full'));
        assert.ok(await camera.stop());

        unlinkSync(filler);
        await camera.start();
        await until('the ballast is back', () => existsSync(ballast));
        assert.ok(await camera.stop());
        const journal = camera.openJournal();
        const replay = auditJournal(journal, identity);
        assert.equal(replay.recordings.size, 1);
        assert.equal(replay.lost.size, 0);
        journal.close();
      } finally {
        await camera.kill().catch(() => undefined);
        execFileSync('umount', ['-l', state]);
        agency.close();
      }
    });
  });
});
