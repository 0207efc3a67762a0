import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { EntryOf, RecordingModel } from '@mingjing/protocol';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';

const SEALED_CHUNK = 65_536 + 16;
const FRAGMENTS = 20;

describe('an open segment that a power cut did not leave as it was', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;
  let recording: string;
  let segment: string;
  let whole: Buffer;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => agency.close());

  /** The card as it is when the battery is pulled: some seconds of an open segment, all of them acknowledged. */
  beforeEach(async () => {
    const worn = mkdtempSync(join(tmpdir(), 'mingjing-worn-'));
    const rig = await CameraRig.start({ identity, directory: worn, policy: { segmentSeconds: 60 } });
    recording = (await rig.camera.press('record')).recording ?? '';
    rig.fragments(FRAGMENTS);
    const file = join(worn, 'footage', `${recording}.000000.age`);
    await until('fragments are durable', () => {
      const acknowledged = rig.journal.openSegments().some((open) => open.acknowledged);
      return acknowledged && existsSync(file) && statSync(file).size > 15 * SEALED_CHUNK;
    });
    directory = mkdtempSync(join(tmpdir(), 'mingjing-cut-'));
    cpSync(worn, directory, { recursive: true });
    await rig.close();
    rmSync(worn, { recursive: true, force: true });
    segment = join(directory, 'footage', `${recording}.000000.age`);
    whole = readFileSync(segment);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  interface Found {
    readonly model: RecordingModel;
    readonly losses: readonly EntryOf<'segment-lost'>[];
    readonly alarms: readonly string[];
    readonly files: readonly string[];
  }

  async function start(): Promise<Found> {
    const rig = await CameraRig.start({ identity, directory, awaitCapture: false });
    const model = auditJournal(rig.journal, identity).recordings.get(recording);
    assert.ok(model !== undefined);
    const found: Found = {
      model,
      losses: model.losses.map(({ body }) => body),
      alarms: rig.alarms.map(({ code }) => code),
      files: (await rig.store.list()).sort(),
    };
    await rig.close();
    return found;
  }

  function saysLost({ losses, alarms }: Found, reason: string, size: number): void {
    assert.deepEqual(
      losses.map((loss) => [loss.index, loss.reason, loss.size]),
      [[0, reason, size]],
    );
    assert.deepEqual(alarms, ['object-lost']);
  }

  it('is told as lost when its file is missing', async () => {
    unlinkSync(segment);
    const found = await start();
    saysLost(found, 'file-missing', 0);
    assert.equal(found.model.segments.length, 0);
    assert.equal((await start()).losses.length, 1, 'once');
  });

  it('is kept whole and told as lost when its head is broken', async () => {
    const broken = Buffer.from(whole);
    broken[broken.indexOf('\n--- ') + 1] = 0x2e;
    writeFileSync(segment, broken);
    for (let starts = 0; starts < 2; starts += 1) {
      const found = await start();
      assert.deepEqual(found.files, [`${recording}.000000.age.rest`, `${recording}.key.age`]);
      assert.deepEqual(readFileSync(`${segment}.rest`), broken);
      saysLost(starts === 0 ? found : { ...found, alarms: ['object-lost'] }, 'file-damaged', broken.length);
      if (starts > 0) assert.deepEqual(found.alarms, []);
    }
  });

  it('is kept whole when its first chunk is broken, and cut down to nothing, told as damaged', async () => {
    writeFileSync(segment, Buffer.from(whole).fill(0, 1024, 2048));
    const found = await start();
    saysLost(found, 'file-damaged', whole.length);
    assert.equal(statSync(`${segment}.rest`).size, whole.length);
    assert.equal(found.model.closed?.body.segments, 0);
  });

  it('gives what is whole ahead of a bad sector, and keeps what is behind it', async () => {
    writeFileSync(segment, Buffer.from(whole).fill(0, 512 * 700, 512 * 701));
    const found = await start();
    saysLost(found, 'file-damaged', whole.length);
    const [recovered] = found.model.segments;
    assert.equal(recovered?.size, statSync(segment).size);
    assert.ok(recovered.size > 4 * SEALED_CHUNK && recovered.size < 6 * SEALED_CHUNK);
    const kept = readFileSync(`${segment}.rest`);
    assert.deepEqual(kept.subarray(-10 * SEALED_CHUNK), whole.subarray(-10 * SEALED_CHUNK));
    assert.equal(kept.length, whole.length - recovered.size);
  });

  it('is told as damaged when it is cut to nothing though something was acknowledged', async () => {
    writeFileSync(segment, whole.subarray(0, 300));
    saysLost(await start(), 'file-damaged', 300);
  });

  it('is recovered without a word of loss when a cut took no more than the tail', async () => {
    writeFileSync(segment, Buffer.concat([whole.subarray(0, -1000), Buffer.alloc(5000)]));
    const { losses, alarms, model, files } = await start();
    assert.deepEqual([losses, alarms, files.length, model.segments.length], [[], [], 2, 1]);
  });
});
