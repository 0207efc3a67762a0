import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { cutCamera } from '../support/power-cuts.ts';

/** `script/power-cuts` does hundreds, and measures how much of the open recording is lost. */
describe('a camera whose power is cut while it records', function () {
  this.timeout(180_000);

  it('starts again each time, and keeps all that it acknowledged', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mingjing-cuts-'));
    const { failedBoots, badJournals, acknowledged, lost } = await cutCamera({ directory, cuts: 6 });
    assert.deepEqual({ failedBoots, badJournals, lost }, { failedBoots: 0, badJournals: 0, lost: [] });
    assert.equal(acknowledged.recordings, 6);
    assert.ok(acknowledged.marks > 0);
  });
});
