import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { DeviceError } from '../../../device/core/errors.ts';
import type { Filling, FootageStore, SegmentWriter } from '../../../device/ports/footage-store.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { CameraRig } from '../../support/device-rig.ts';
import { until } from '../../support/processes.ts';
import { skip } from '../../support/skip.ts';

/** A medium that can be broken and mended. */
class BreakableStore implements FootageStore {
  readonly #real: FootageStore;
  broken: 'storage-full' | 'storage-failed' | undefined;
  /** Nothing new is written until then. */
  hold: Promise<void> = Promise.resolve();

  constructor(real: FootageStore) {
    this.#real = real;
  }

  async beginSegment(
    file: string,
    recipient: string,
    init: Uint8Array,
    filling?: Filling,
  ): Promise<SegmentWriter> {
    this.#check();
    const writer = await this.#real.beginSegment(file, recipient, init, filling);
    return {
      append: async (parts, last) => {
        this.#check();
        await writer.append(parts, last);
      },
      seal: async () => {
        this.#check();
        return await writer.seal();
      },
      abandon: () => writer.abandon(),
    };
  }

  async put(file: string, content: Uint8Array): ReturnType<FootageStore['put']> {
    await this.hold;
    this.#check();
    return await this.#real.put(file, content);
  }

  recoverSegment = (file: string): ReturnType<FootageStore['recoverSegment']> =>
    this.#real.recoverSegment(file);
  setAside = (file: string): Promise<void> => this.#real.setAside(file);
  open = (file: string, from: number, to: number): ReturnType<FootageStore['open']> =>
    this.#real.open(file, from, to);
  sizeOf = (file: string): ReturnType<FootageStore['sizeOf']> => this.#real.sizeOf(file);
  list = (): ReturnType<FootageStore['list']> => this.#real.list();
  remove = (files: readonly string[]): ReturnType<FootageStore['remove']> => this.#real.remove(files);
  freeBytes = (): ReturnType<FootageStore['freeBytes']> => this.#real.freeBytes();
  isWritable = (): Promise<boolean> => Promise.resolve(this.broken === undefined);

  #check(): void {
    if (this.broken !== undefined) throw new DeviceError(this.broken, 'the medium is broken');
  }
}

describe('camera, when something fails', function () {
  this.timeout(60_000);
  let agency: TestAgency;
  let identity: string;
  let directory: string;
  let store: BreakableStore | undefined;
  let rig: CameraRig;

  before(async () => {
    agency = await makeTestAgency();
    identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
  });

  after(() => {
    agency.close();
  });

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mingjing-faults-'));
    rig = await CameraRig.start({
      identity,
      directory,
      store: (real) => (store = new BreakableStore(real)),
    });
    rig.fragments(3);
  });

  afterEach(async () => {
    await rig.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function medium(): BreakableStore {
    assert.ok(store !== undefined);
    return store;
  }

  it('records on in the same recording when the capture is lost and comes back, and says so', async () => {
    const { recording = '' } = await rig.camera.press('record');
    rig.fragments(2);
    rig.capture.end('ended', 'unplugged');
    assert.equal((await rig.camera.press('record')).code, 'hold-to-stop');
    assert.equal(rig.camera.view().mode, 'recording');
    await until('it is tried again', () => rig.capture.starts === 2);
    rig.seekMedia(0);
    rig.capture.ready();
    rig.fragments(1);
    await rig.stop();
    const replay = auditJournal(rig.journal, identity);
    const model = replay.recordings.get(recording);
    assert.equal(replay.recordings.size, 1);
    assert.equal(model?.closed?.body.reason, 'stopped');
    assert.equal(model.segments.length, 2);
    assert.deepEqual(
      rig.alarms.map(({ code, severity }) => [code, severity]),
      [['capture-lost', 'critical']],
    );
  });

  it('refuses to record while nothing can be captured, and is ready again when it can', async () => {
    rig.capture.end('ended', 'unplugged');
    assert.equal((await rig.camera.press('record')).code, 'capture-lost');
    assert.equal(rig.camera.view().mode, 'fault');
    await until('it is tried again', () => rig.capture.starts === 2);
    rig.capture.ready();
    assert.equal(rig.camera.view().mode, 'standby');
    assert.equal((await rig.camera.press('record')).code, 'recording-started');
  });

  for (const [fault, reason] of [
    ['storage-failed', 'storage-fault'],
    ['storage-full', 'storage-full'],
  ] as const) {
    it(`saves what is on a medium that says ${fault}, records nothing on it, and goes on when it is mended`, async () => {
      const { recording = '' } = await rig.camera.press('record');
      await until('footage is on disk', () => rig.journal.openSegments().length === 1);
      rig.fragments(1, 50_000);
      await until('it is written', async () => {
        const [segment] = rig.journal.openSegments();
        return ((await rig.store.sizeOf(segment?.file ?? 'x')) ?? 0) > 4 * 65_000;
      });
      medium().broken = fault;
      rig.fragments(1);
      await until('the recording is closed', () => rig.journal.openRecordings().length === 0);
      assert.equal((await rig.camera.press('record')).code, 'storage-failed');
      const model = auditJournal(rig.journal, identity).recordings.get(recording);
      assert.equal(model?.closed?.body.reason, reason);
      assert.equal(model.segments.length, 1);
      assert.equal(model.segments[0]?.content, undefined, 'what survived is signed as recovered');
      assert.equal(rig.camera.view().mode, 'fault');
      medium().broken = undefined;
      // Nobody pressed stop: after a fault it goes on by itself, on a full medium it waits to be asked.
      const mode = fault === 'storage-full' ? 'standby' : 'recording';
      await until('it is well again', () => rig.camera.view().mode === mode);
      if (mode === 'standby') await rig.camera.press('record');
      rig.fragments(2);
      await rig.stop();
      const { recordings } = auditJournal(rig.journal, identity);
      assert.equal(recordings.size, 2);
    });
  }

  it('says for how long a command has been at work, so that nobody pets the watchdog of a camera that hangs', async () => {
    let free: () => void = () => undefined;
    medium().hold = new Promise<void>((resolve) => (free = resolve));
    const pressed = rig.camera.press('record');
    await until('it hangs', () => rig.camera.busyMs > 100);
    free();
    assert.equal((await pressed).code, 'recording-started');
    await until('it works', () => rig.camera.busyMs === 0);
  });

  it('asks to be opened anew when the medium takes bytes and the journal does not', async () => {
    await rig.close();
    let broken = false;
    rig = await CameraRig.start({
      identity,
      directory,
      journal: (real) =>
        new Proxy(real, {
          get: (target, name) => {
            if (broken && name === 'append') throw new DeviceError('storage-failed', 'the journal is broken');
            const value: unknown = Reflect.get(target, name);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
    });
    rig.fragments(1);
    broken = true;
    assert.equal((await rig.camera.press('record')).code, 'storage-failed');
    await until('it asks', () => rig.lived.includes('broken'), 30_000);
    assert.equal(rig.camera.view().mode, 'fault');
    broken = false;
    await until('it is well again', () => rig.camera.view().mode === 'standby');
    await rig.record(2);
    auditJournal(rig.journal, identity);
  });

  it('tells the officer when a recording could not even be opened', async () => {
    medium().broken = 'storage-failed';
    const answer = await rig.camera.press('record');
    assert.equal(answer.code, 'storage-failed');
    assert.equal(auditJournal(rig.journal, identity).recordings.size, 0);
    assert.equal(rig.camera.view().mode, 'fault');
  });

  it('journals an object as lost when its file is gone at the start, once', async () => {
    await rig.record(3);
    await rig.camera.shutDown('test');
    rig.journal.close();
    const again = async (): Promise<void> => {
      rig = await CameraRig.start({ identity, directory });
    };
    await again();
    const [first, second] = rig.journal.held();
    unlinkSync(join(directory, 'footage', first?.file ?? ''));
    writeFileSync(join(directory, 'footage', second?.file ?? ''), 'cut short');
    await rig.close();
    await again();
    const { size } = rig.journal;
    const replay = auditJournal(rig.journal, identity);
    assert.deepEqual([...replay.lost], [first?.object, second?.object]);
    await rig.close();
    await again();
    assert.equal(rig.journal.size, size + 3, 'power-off, power-on, officer-assigned');
  });

  it('begins the capture anew when its timeline runs backwards, and records on', async () => {
    await rig.record(1); // uses the ring up
    rig.seekMedia(100_000);
    await rig.camera.press('record');
    rig.fragments(2);
    rig.seekMedia(0);
    rig.fragments(1);
    await until('it is begun anew', () => rig.capture.starts === 2);
    rig.capture.ready();
    rig.fragments(2);
    await rig.stop();
    const [, model] = auditJournal(rig.journal, identity).recordings.values();
    assert.equal(model?.closed?.body.reason, 'stopped');
    assert.equal(model.segments.length, 2);
  });

  it('begins each recording at 0, even when the timeline of the capture starts anew', async () => {
    await rig.record(3);
    rig.capture.end('stalled', 'test');
    await until('it is tried again', () => rig.capture.starts === 2);
    rig.seekMedia(0);
    rig.capture.ready();
    await rig.record(3);
    const { recordings } = auditJournal(rig.journal, identity);
    assert.equal(recordings.size, 2);
    for (const { segments, closed } of recordings.values()) {
      assert.ok(segments.length > 0);
      assert.equal(closed?.body.reason, 'stopped');
    }
  });
});

describe('camera on a small disk', function () {
  this.timeout(60_000);

  it('stops in time, keeps what it has, and says that it is full; a disk filled by another loses nothing', async function () {
    const agency = await makeTestAgency();
    const directory = mkdtempSync(join(tmpdir(), 'mingjing-disk-'));
    const disk = join(directory, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      agency.close();
      rmSync(directory, { recursive: true, force: true });
      skip(this, 'mounting a small file system needs root');
    }
    let rig: CameraRig | undefined;
    try {
      const identity = await agency.enrol('camera', 'cam-1', { epoch: 1 });
      const at = join(disk, 'camera');
      rig = await CameraRig.start({ identity, directory: at, reserveBytes: 4 * 1024 * 1024 });
      const full = rig;
      const { recording = '' } = await full.camera.press('record');
      for (let n = 0; n < 20; n += 1) full.fragments(1, 400_000);
      await until('it is full', () => full.journal.openRecordings().length === 0);
      assert.equal((await full.camera.press('record')).code, 'storage-full');
      const model = auditJournal(full.journal, identity).recordings.get(recording);
      assert.equal(model?.closed?.body.reason, 'storage-full');
      assert.ok(model.segments.length >= 2);
      assert.ok(full.alarms.some(({ code }) => code === 'storage-full'));
      await full.close();

      // Without a reserve, and with the rest of the disk taken: a real ENOSPC in the middle of a segment.
      rig = await CameraRig.start({ identity, directory: at, reserveBytes: 0 });
      const crowded = rig;
      const { code } = await crowded.camera.press('record');
      assert.equal(code, 'recording-started');
      crowded.fragments(1, 100_000);
      const filler = join(disk, 'filler');
      try {
        writeFileSync(filler, Buffer.alloc(12 * 1024 * 1024));
      } catch {
        // as much as there was room for
      }
      crowded.fragments(3, 400_000);
      await until('it has noticed', () => crowded.camera.view().mode === 'fault');
      unlinkSync(filler);
      await until('it is well again', () => crowded.camera.view().mode === 'standby');
      await until('nothing is open', () => crowded.journal.openRecordings().length === 0);
      const replay = auditJournal(crowded.journal, identity);
      assert.equal(replay.recordings.size, 2);
      assert.equal(replay.lost.size, 0);
    } finally {
      await rig?.close();
      execFileSync('umount', ['-l', disk]);
      rmSync(directory, { recursive: true, force: true });
      agency.close();
    }
  });
});
