import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { decodeEntry, type Entry } from '@mingjing/protocol';
import { collect, HttpsPeer, loadTlsIdentity } from '@mingjing/runtime';
import { GIVE_UP_FAILURES, GIVE_UP_MS } from '../../../device/core/read-failures.ts';
import { DeviceError } from '../../../device/core/errors.ts';
import type { FootageStore } from '../../../device/ports/footage-store.ts';
import type { ObjectRecord } from '../../../device/ports/journal.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';

type Reading = (file: string, bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** The real store, with something between its bytes and their reader. */
function reading(real: FootageStore, through: () => Reading): FootageStore {
  return {
    beginSegment: (...args) => real.beginSegment(...args),
    put: (...args) => real.put(...args),
    recoverSegment: (file) => real.recoverSegment(file),
    setAside: (file) => real.setAside(file),
    open: async (file, from, to) => through()(file, await real.open(file, from, to)),
    sizeOf: (file) => real.sizeOf(file),
    list: () => real.list(),
    remove: (files) => real.remove(files),
    freeBytes: () => real.freeBytes(),
    isWritable: () => real.isWritable(),
  };
}

async function* flipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    const bent = Uint8Array.from(piece);
    bent[0] = (bent[0] ?? 0) ^ 1;
    yield bent;
  }
}

async function* refused(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    yield piece.subarray(0, 1);
    throw new DeviceError('storage-failed', 'EIO');
  }
}

describe('a held object that is not what it was', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let dock: string;
  let directory: string;
  let clock: ScriptedClock;
  let rig: CameraRig;
  let peer: HttpsPeer;
  let through: Reading;
  let segment: ObjectRecord;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    dock = await agency.enrol('dock', 'dock-1');
  });

  after(() => agency.close());

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-damaged-'));
    through = (_, bytes) => bytes;
    clock = new ScriptedClock();
    rig = await CameraRig.start({
      identity,
      directory,
      clock,
      store: (real) => reading(real, () => through),
    });
    rig.fragments(3);
    await rig.record(3);
    const found = rig.journal.held().find(({ kind }) => kind === 'segment');
    assert.ok(found !== undefined);
    segment = found;
    await rig.camera.dock(true);
    peer = new HttpsPeer(`https://127.0.0.1:${rig.link.port}`, loadTlsIdentity(dock, 'dock'), 'camera');
  });

  afterEach(async () => {
    peer.close();
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function path(): string {
    return join(directory, 'footage', segment.file);
  }

  it('that the medium refuses again and again, for long, is given up, so that receipts go on', async () => {
    through = (_, bytes) => refused(bytes);
    for (let attempt = 1; attempt < GIVE_UP_FAILURES; attempt += 1) {
      await assert.rejects(fetch());
      assert.deepEqual(losses(), []);
    }
    await assert.rejects(fetch());
    assert.deepEqual(losses(), [], 'a short while is no proof');
    clock.passTime(GIVE_UP_MS);
    await assert.rejects(fetch());
    assert.deepEqual(losses(), [`${segment.object} file-unreadable`]);
    assert.ok(readFileSync(path()).length > 0, 'what is left stays for whoever can read it');
  });

  /** SHA-256 of what the camera gives, and what its journal called lost when the last byte was there. */
  async function fetch(): Promise<{ object: string; lost: string[] }> {
    return await peer.exchange({ method: 'GET', path: `/v1/objects/${segment.object}` }, async (answer) => {
      assert.equal(answer.statusCode, 200);
      const bytes = await collect(answer, 10_000_000);
      return { object: createHash('sha256').update(bytes).digest('hex'), lost: losses() };
    });
  }

  function losses(): string[] {
    return entries().flatMap((entry) =>
      entry.type === 'object-lost' ? [`${entry.object} ${entry.reason}`] : [],
    );
  }

  function entries(): Entry[] {
    return rig.journal.entries(0, rig.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known ? [read.entry] : [];
    });
  }

  function damage(): void {
    const bytes = readFileSync(path());
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(path(), bytes);
  }

  it('is journaled as lost before its last byte is given, once, with an alarm; then it is not held', async () => {
    damage();
    const { object, lost } = await fetch();
    assert.notEqual(object, segment.object);
    assert.deepEqual(lost, [`${segment.object} file-damaged`]);
    await assert.rejects(fetch());
    assert.equal(losses().length, 1);
    assert.ok(rig.alarms.some(({ code }) => code === 'object-lost'));
    assert.equal(rig.journal.object(segment.object), undefined);
    auditJournal(rig.journal, identity);
  });

  for (const [what, bend, reason] of [
    ['missing', () => unlinkSync(path()), 'file-missing'],
    ['cut short', () => truncateSync(path(), segment.size - 1), 'file-damaged'],
  ] as const) {
    it(`is journaled as lost, once, when its file is ${what}`, async () => {
      bend();
      await assert.rejects(fetch());
      await assert.rejects(fetch());
      assert.deepEqual(losses(), [`${segment.object} ${reason}`]);
    });
  }

  it('is not lost for being read wrongly once', async () => {
    let reads = 0;
    through = (_, bytes) => ((reads += 1) === 1 ? flipped(bytes) : bytes);
    assert.notEqual((await fetch()).object, segment.object);
    assert.equal(reads, 2);
    assert.equal((await fetch()).object, segment.object);
    assert.deepEqual(losses(), []);
  });

  it('is not lost for a medium that refuses to read', async () => {
    through = (_, bytes) => refused(bytes);
    await assert.rejects(fetch());
    through = (_, bytes) => bytes;
    assert.equal((await fetch()).object, segment.object);
    assert.deepEqual(losses(), []);
  });

  it('is settled before the camera says power-off', async () => {
    damage();
    const gate = Promise.withResolvers<undefined>();
    let reads = 0;
    through = (_, bytes) => ((reads += 1) === 2 ? opened(gate.promise, bytes) : bytes);
    const fetched = fetch().catch(() => undefined);
    await until('it is read a second time', () => reads === 2);
    const off = rig.camera.shutDown('test');
    await fetched;
    gate.resolve(undefined);
    await off;
    assert.equal(rig.journal.last?.type, 'power-off');
    assert.equal(losses().length, 1);
  });
});

async function* opened(
  gate: Promise<undefined>,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  await gate;
  yield* bytes;
}

describe('camera that is told to end while it recovers', function () {
  it('recovers first, says power-off last, and begins nothing', async () => {
    const agency = await makeTestAgency();
    const directory = mkdtempSync(join(tmpdir(), 'mingjing-ending-'));
    const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
    let off: Promise<void> | undefined;
    let begin: (() => void) | undefined;
    let rig: CameraRig | undefined;
    const started = CameraRig.start({
      identity,
      directory,
      store: (real) => ({
        ...reading(real, () => (_, bytes) => bytes),
        list: async () => {
          begin?.();
          return await real.list();
        },
      }),
      beforeStart: (camera) => {
        begin = () => {
          off = camera.shutDown('terminated');
        };
      },
      awaitCapture: false,
    });
    try {
      rig = await started;
      await off;
      const types = rig.journal
        .entries(0, 99)
        .map((bytes) => decodeEntry(bytes))
        .map((read) => (read.known ? read.entry.type : '?'));
      assert.deepEqual(types, ['power-on', 'officer-assigned', 'power-off']);
      assert.equal(rig.capture.starts, 0);
    } finally {
      await rig?.close();
      agency.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
