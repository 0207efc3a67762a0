import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killRun } from '../support/kill-run.ts';

describe('ten kills of camera, dock and archive at random moments of a minute', function () {
  this.timeout(420_000);
  it('lose nothing that was acknowledged, and every recording ends verified in the archive', async () => {
    const result = await killRun({
      directory: mkdtempSync(join(tmpdir(), 'mingjing-kills-')),
      kills: 10,
      seconds: 60,
    });
    assert.deepEqual(result.lost, []);
    assert.ok(result.recordings > 0);
  });
});
