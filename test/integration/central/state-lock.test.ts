import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTestAgency } from '../../support/agency.ts';
import { makeArchivePlace, startArchive } from '../../support/central-process.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '../../../central/main.ts');

describe('two archives on one state directory', () => {
  it('are not: the second says why and ends, and the place is free again after a kill', async function () {
    this.timeout(60_000);
    const agency = await makeTestAgency();
    const place = makeArchivePlace(await agency.enrol('archive', 'archive-1'));
    const first = await startArchive(place);
    const link = first.reviewLink();
    await assert.rejects(
      run(process.execPath, [MAIN, '--config', place.config], { timeout: 20_000 }),
      /another archive is running on/,
    );
    assert.equal(first.reviewLink(), link, 'the running one is left alone');
    await first.kill();
    const second = await startArchive(place);
    assert.equal(await second.stop(), 0);
    place.remove();
    agency.close();
  });
});
