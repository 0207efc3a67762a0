import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { decodeEntry } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import type { PressAnswer } from '../../support/camera-control.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { CameraProgram } from '../../support/device-program.ts';
import { until } from '../../support/processes.ts';

describe('a camera that goes from hand to hand', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  it('journals who has it, and is not handed over while it records', () =>
    withDirectory(async (directory) => {
      const camera = await CameraProgram.fast(directory, identity, { policy: { stopBy: 'press' } });
      const handOver = async (officer: object | null): Promise<PressAnswer> =>
        (await camera.ask('POST', '/officer', { officer })) as PressAnswer;
      try {
        await camera.start();
        await until('standby', async () => (await camera.status()).state === 'standby');
        assert.ok((await handOver({ number: '031337', certificate: 'SH-7' })).ok);
        await camera.press('record');
        const refused = await handOver(null);
        assert.equal(refused.ok, false);
        assert.match(refused.message.zh, /录/);
        await camera.press('stop');
        await until('standby', async () => (await camera.status()).state === 'standby');
        assert.ok((await handOver(null)).ok);
        assert.match(JSON.stringify(await camera.ask('POST', '/officer', { officer: 7 })), /bad-request/);
      } finally {
        await camera.stop();
      }
      const journal = camera.openJournal();
      const told = journal.entries(0, journal.size).flatMap((bytes) => {
        const read = decodeEntry(bytes);
        if (!read.known) return [];
        const { entry } = read;
        if (entry.type === 'recording-opened') return [`opened by ${entry.officer ?? 'nobody'}`];
        return entry.type.startsWith('officer-') ? [entry.type] : [];
      });
      journal.close();
      assert.deepEqual(told, ['officer-assigned', 'opened by 031337', 'officer-returned']);
    }));
});
