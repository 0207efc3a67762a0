import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ReceiptDelivery } from '@mingjing/protocol';
import {
  createLog,
  loadEvidenceIdentity,
  loadTlsIdentity,
  PeerRefusal,
  RuntimeError,
} from '@mingjing/runtime';
import { DiskOutbox } from '../../../dock-agent/adapters/disk-outbox/disk-outbox.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { CachingArchive } from '../../../dock-agent/shell/caching-archive.ts';
import { DockAlarms } from '../../../dock-agent/shell/dock-alarms.ts';
import { Forwarder } from '../../../dock-agent/shell/forwarder.ts';
import { Uplink } from '../../../dock-agent/shell/uplink.ts';
import { SimulatedCamera, SimulatedCameraLink } from '../../../dock-agent/simulated/camera.ts';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import { ArchiveModel, signReceipt } from '../../support/dock-agent/archive-model.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { JumpingClock } from '../../support/dock-agent/jumping-clock.ts';
import { NotedMessages } from '../../support/dock-agent/noted-messages.ts';
import { simulatedKeys } from '../../support/dock-agent/wire-camera.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const log = createLog('test', { level: 'silent' });
const PLENTY = 1_000_000_000;

/** A dock of two bays with an outbox: it may be stopped and begun again on the same disk. */
class Dock {
  readonly messages = new NotedMessages();
  readonly store: DiskOutbox;
  readonly #forwarder: Forwarder;
  readonly #runners: readonly BayRunner[];

  constructor(
    directory: string,
    archive: ArchiveModel,
    bays: readonly (readonly [SimulatedPresence, SimulatedCamera])[],
    trust: { agency: string; roots: readonly string[] },
    maxBytes: number,
  ) {
    const clock = new JumpingClock();
    const { messages } = this;
    const alarms = new DockAlarms(messages);
    const onDamaged = (what: string): void =>
      alarms.raise('outbox-damaged', what, { camera: undefined, severity: 'critical', detail: what });
    this.store = new DiskOutbox({ directory, maxBytes, reserveBytes: 0, onDamaged });
    const uplink = new Uplink(clock);
    const common = { store: this.store, uplink, alarms, trust, clock, log, archive };
    this.#forwarder = new Forwarder(common);
    this.#runners = bays.map(
      ([presence, camera], n) =>
        new BayRunner({
          bay: n + 1,
          presence,
          openCamera: () => new SimulatedCameraLink(camera),
          archive: new CachingArchive(common),
          messages,
          clock,
          trust,
          log,
        }),
    );
    this.#forwarder.start();
    for (const runner of this.#runners) runner.start();
  }

  /** Its disk is gone under it. */
  loseDisk(): void {
    this.store.close();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#runners.map((runner) => runner.stop()), this.#forwarder.stop()]);
    this.store.close(); // twice does no harm
  }
}

describe('a dock with an outbox', () => {
  const temporary = temporaryDirectories();
  let test: TestAgency;
  let archive: ArchiveModel;
  let camera: SimulatedCamera;
  let presence: SimulatedPresence;
  let dock: Dock | undefined;
  let directory: string;
  const name = { device: 'cam-1', epoch: 1 };

  before(async () => {
    test = await makeTestAgency();
    for (const one of ['cam-1', 'cam-2']) await test.enrol('camera', one);
    await test.enrol('archive', 'arc');
  });
  after(() => test.close());
  beforeEach(() => {
    const arc = `${test.dir}/archive-arc`;
    archive = new ArchiveModel(loadEvidenceIdentity(arc, 'archive'), loadTlsIdentity(arc, 'archive').roots);
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    presence = new SimulatedPresence();
    directory = temporary();
  });
  afterEach(async () => {
    await dock?.stop();
    dock = undefined;
  });

  function begin(
    maxBytes = PLENTY,
    more: readonly (readonly [SimulatedPresence, SimulatedCamera])[] = [],
  ): Dock {
    const trust = { agency: test.agency, roots: test.roots };
    return (dock = new Dock(directory, archive, [[presence, camera], ...more], trust, maxBytes));
  }
  const cut = (): void => {
    archive.faults.call = () => {
      throw new RuntimeError('peer-unreachable', 'the line is cut');
    };
  };
  const mend = (): void => {
    delete archive.faults.call;
  };
  const told = (): string =>
    `${dock?.messages.states.join() ?? ''} ${dock?.messages.alarms.map(({ code, detail }) => `${code}: ${detail}`).join() ?? ''} ${JSON.stringify(dock?.store.usage())}`;
  const safe = async (objects: readonly string[]): Promise<void> =>
    eventually(() => objects.every((object) => dock?.store.holds(object) === true), told);
  const empty = async (): Promise<void> =>
    eventually(() => dock?.store.usage().files === 0 && dock.store.usage().journals === 0, told);
  const arrived = async (objects: readonly string[]): Promise<void> =>
    eventually(() => objects.every((object) => archive.objects.has(object)), told);
  const files = (room: string): string[] =>
    readdirSync(join(directory, room), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.length > 60,
    );
  const fileOf = (object: string): string => join(directory, 'objects', object.slice(0, 2), object);
  /** Docks it while nobody answers, and takes it away. */
  const dockedAndGone = async (sizes: readonly number[] = [1_000, 200_000]): Promise<string[]> => {
    cut();
    const named = camera.record(...sizes);
    presence.insert();
    begin();
    await safe(named);
    presence.pull();
    await eventually(() => dock?.messages.state === 'empty', told);
    return named;
  };

  it('keeps nothing while the archive answers', async () => {
    const named = camera.record(1_000, 200_000);
    presence.insert();
    begin();
    await eventually(() => dock?.messages.state === 'ready' && camera.objects.size === 0, told);
    await arrived(named);
    assert.deepEqual(files('objects'), []);
    assert.deepEqual(dock?.messages.codes, []);
  });

  it('keeps what the archive cannot take, and does not free the camera', async () => {
    const named = await dockedAndGone();
    assert.equal(camera.objects.size, 3);
    assert.equal(files('objects').length, 3);
    assert.ok(named.every((object) => readFileSync(fileOf(object)).length > 0));
    assert.ok(!dock?.messages.states.includes('ready'));
  });

  it('brings it in when the line is back and the camera is long gone, and gives the receipt at the next docking', async () => {
    const named = await dockedAndGone();
    mend();
    await arrived(named);
    await empty();
    assert.equal(camera.objects.size, 3, 'freed without a receipt');
    presence.insert();
    await eventually(() => dock?.messages.state === 'ready' && camera.objects.size === 0, told);
    assert.equal(archive.size(name), camera.size);
  });

  it('gives a receipt that came while the camera was away though the line is dead again', async () => {
    const named = await dockedAndGone();
    mend();
    await arrived(named);
    await empty();
    cut();
    presence.insert();
    await eventually(() => camera.objects.size === 0, told);
  });

  it('goes on from the receipt, not from the beginning, on the next dead day', async () => {
    const first = await dockedAndGone();
    mend();
    await arrived(first);
    await empty();
    cut();
    const second = camera.record(5_000);
    presence.insert();
    await safe(second);
    assert.ok(
      first.every((object) => dock?.store.holds(object) === false),
      'what is in the archive was kept again',
    );
    mend();
    await arrived(second);
    await empty();
  });

  it('turns to the outbox when the line dies in the middle of a journal’s objects, and back', async () => {
    const named = camera.record(...Array.from({ length: 30 }, () => 10_000));
    let calls = 0;
    archive.faults.call = () => {
      calls += 1;
      if (calls > 12 && calls < 40) throw new RuntimeError('peer-unreachable', 'the line is cut');
    };
    presence.insert();
    begin();
    await eventually(() => dock?.messages.state === 'ready' && camera.objects.size === 0, told);
    await arrived(named);
    await empty();
    assert.equal(archive.receipted(name) > 0, true);
  });

  it('does not ask a camera again for what waits', async () => {
    const named = await dockedAndGone();
    const asked: string[] = [];
    camera.lies.object = (object, bytes) => {
      asked.push(object);
      return bytes;
    };
    archive.faults.slowReceipt = true;
    mend();
    presence.insert();
    await arrived(named);
    archive.faults.slowReceipt = false;
    await eventually(() => camera.objects.size === 0, told);
    assert.deepEqual(asked, []);
  });

  it('sends the oldest docking first', async () => {
    cut();
    const first = camera.record(1_000, 1_000);
    const other = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-2`));
    const later = other.record(1_000);
    const there = new SimulatedPresence();
    presence.insert();
    begin(PLENTY, [[there, other]]);
    await safe(first);
    there.insert();
    await safe(later);
    const order: string[] = [];
    const put = archive.putObject.bind(archive);
    archive.putObject = async (object, size, bytes) => {
      order.push(object);
      await put(object, size, bytes);
    };
    presence.pull();
    there.pull();
    mend();
    await arrived([...first, ...later]);
    assert.ok(later.every((object) => order.indexOf(object) >= first.length));
  });

  it('alarms when it is full, and the cameras wait with their footage until the line is back', async () => {
    cut();
    const named = camera.record(50_000, 50_000, 50_000);
    presence.insert();
    begin(110_000);
    await eventually(() => dock?.messages.codes.includes('outbox-full') === true, told);
    assert.equal(camera.objects.size, 4);
    assert.ok((dock?.store.usage().bytes ?? 0) <= 110_000);
    mend();
    await eventually(() => dock?.messages.state === 'ready' && camera.objects.size === 0, told);
    await arrived(named);
    await empty();
    const full = dock?.messages.alarms.filter(({ code }) => code === 'outbox-full');
    assert.deepEqual(
      full?.map(({ severity }) => severity),
      ['critical', 'info'],
    );
  });

  describe('on a disk that somebody was at', () => {
    const harm: readonly [what: string, does: (objects: readonly string[]) => void][] = [
      ['a flipped bit', ([one = '']) => flip(fileOf(one))],
      ['a cut file', ([one = '']) => truncateSync(fileOf(one), 100)],
      ['a longer file', ([one = '']) => writeFileSync(fileOf(one), Buffer.alloc(300_000))],
      ['a removed file', ([one = '']) => rmSync(fileOf(one))],
      [
        'two files in each other’s place',
        ([one = '', two = '']) => {
          renameSync(fileOf(one), `${fileOf(one)}.x`);
          renameSync(fileOf(two), fileOf(one));
          renameSync(`${fileOf(one)}.x`, fileOf(two));
        },
      ],
    ];
    for (const again of [false, true]) {
      for (const [what, does] of harm) {
        const when = again ? 'while the dock was off' : 'while it ran';
        it(`${what}, ${when}: sends none of it, alarms, and takes the object from the camera again`, async () => {
          const named = await dockedAndGone([60_000, 60_000]);
          const spoiled = named.slice(1);
          if (again) await dock?.stop();
          dock = again ? undefined : dock;
          does(spoiled);
          mend();
          const wrong: string[] = [];
          const put = archive.putObject.bind(archive);
          archive.putObject = async (...args) => {
            await put(...args).catch((error: unknown) => {
              if (String(error).includes('digest-mismatch')) wrong.push(args[0]);
              throw error;
            });
          };
          if (dock === undefined) begin();
          await eventually(() => dock?.messages.codes.includes('outbox-damaged') === true, told);
          assert.equal(archive.receipted(name), 0);
          presence.insert();
          await eventually(() => camera.objects.size === 0, told);
          await arrived(named);
          await empty();
          assert.deepEqual(wrong, [], 'a whole wrong object was sent');
        });
      }
    }

    it('an index that is none any more: begins another, and loses nothing', async () => {
      const named = await dockedAndGone();
      await dock?.stop();
      dock = undefined;
      for (const part of ['-wal', '-shm']) rmSync(join(directory, `index.sqlite${part}`), { force: true });
      writeFileSync(join(directory, 'index.sqlite'), Buffer.alloc(8_192, 7));
      begin();
      await eventually(() => dock?.messages.codes.includes('outbox-damaged') === true, told);
      presence.insert();
      await safe(named);
      mend();
      await eventually(() => camera.objects.size === 0, told);
      await empty();
    });
  });

  describe('with an archive that lies', () => {
    it('and takes what it does not keep: is sent it again, and nothing is let go before its receipt', async () => {
      const named = await dockedAndGone();
      let lying = true;
      const put = archive.putObject.bind(archive);
      archive.putObject = async (object, size, bytes) => {
        if (!lying) {
          await put(object, size, bytes);
          return;
        }
        for await (const _piece of bytes) continue;
      };
      mend();
      await eventually(() => dock?.messages.codes.includes('outbox-refused') === true, told);
      assert.ok(named.every((object) => dock?.store.holds(object)));
      lying = false;
      await arrived(named);
      await empty();
      assert.deepEqual(dock?.messages.alarms.at(-1)?.severity, 'info');
    });

    it('and misses nothing, but signs nothing: keeps all of it', async () => {
      const named = await dockedAndGone();
      archive.faults.state = (state) => ({ ...state, missing: [], receipted: state.size });
      archive.faults.slowReceipt = true;
      let asked = 0;
      archive.faults.call = (what) => {
        if (what === 'receipt') asked += 1;
      };
      await eventually(() => asked > 3, told);
      assert.ok(named.every((object) => dock?.store.holds(object)));
      archive.faults = {};
      await empty();
      await arrived(named);
    });

    const faults = new Map<string, (delivery: ReceiptDelivery) => ReceiptDelivery>();
    faults.set('not signed by it', (delivery) => {
      const { signer } = simulatedKeys(`${test.dir}/camera-cam-2`);
      return { ...delivery, receipt: signReceipt('arc', name, treeOf(delivery), signer) };
    });
    faults.set('under the chain of another machine', (delivery) => ({
      ...delivery,
      evidence: [...simulatedKeys(`${test.dir}/camera-cam-2`).chain],
    }));
    faults.set('for another camera', (delivery) => {
      const { signer } = loadEvidenceIdentity(`${test.dir}/archive-arc`, 'archive');
      return {
        ...delivery,
        receipt: signReceipt('arc', { device: 'cam-2', epoch: 1 }, treeOf(delivery), signer),
      };
    });
    faults.set('over another tree', (delivery) => {
      const { signer } = loadEvidenceIdentity(`${test.dir}/archive-arc`, 'archive');
      const bent = { size: treeOf(delivery).size, root: () => new Uint8Array(32) };
      return { ...delivery, receipt: signReceipt('arc', name, bent, signer) };
    });
    for (const [what, bend] of faults) {
      it(`and gives a receipt ${what}: lets nothing go, alarms, and ends well with a good one`, async () => {
        const named = await dockedAndGone();
        archive.faults.receipt = bend;
        mend();
        await eventually(() => dock?.messages.codes.includes('outbox-refused') === true, told);
        assert.ok(named.every((object) => dock?.store.holds(object)));
        archive.faults = {};
        await empty();
      });
    }

    it('and gives a receipt for fewer: lets go of those alone', async () => {
      const first = camera.record(1_000);
      const upTo = camera.size;
      const second = await dockedAndGone();
      const { signer } = loadEvidenceIdentity(`${test.dir}/archive-arc`, 'archive');
      const root = rootOf(camera, upTo);
      archive.faults.receipt = (delivery) => ({
        ...delivery,
        receipt: signReceipt('arc', name, { size: upTo, root: () => root }, signer),
      });
      mend();
      await eventually(() => first.every((object) => dock?.store.holds(object) === false), told);
      assert.ok(second.every((object) => dock?.store.holds(object)));
      archive.faults = {};
      await empty();
    });

    it('and has forgotten what it had: is sent it again', async () => {
      const named = await dockedAndGone();
      mend();
      archive.faults.slowReceipt = true;
      await arrived(named);
      archive.objects.clear();
      archive.faults.slowReceipt = false;
      await arrived(named);
      await empty();
    });
  });

  it('moves footage all the same when the outbox’s disk cannot be read any more, and alarms', async () => {
    presence.insert();
    const running = begin();
    running.loseDisk();
    const named = camera.record(1_000);
    await eventually(
      () => camera.objects.size === 0,
      () => running.messages.codes.join(),
    );
    await arrived(named);
    await eventually(
      () => running.messages.codes.includes('outbox-damaged'),
      () => running.messages.codes.join(),
    );
  });

  it('loses nothing and frees nothing early, whatever fails in whatever order', async function () {
    this.timeout(120_000);
    const fault = fc.constantFrom(
      undefined,
      undefined,
      'down',
      'down',
      'busy',
      'lost-answer',
      'pull',
      'restart',
      'bent',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 60 }), async (script) => {
        const arc = `${test.dir}/archive-arc`;
        archive = new ArchiveModel(
          loadEvidenceIdentity(arc, 'archive'),
          loadTlsIdentity(arc, 'archive').roots,
        );
        camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
        presence = new SimulatedPresence();
        directory = temporary();
        const named = [...camera.record(100, 70_000), ...camera.record(5_000)];
        const faults = [...script];
        let restarts = 0;
        let early = 0;
        const put = archive.putObject.bind(archive);
        const push = archive.pushJournal.bind(archive);
        const lost = new RuntimeError('peer-unreachable', 'the answer is lost');
        let losing = false;
        archive.putObject = async (...args) => {
          await put(...args);
          if (losing) throw lost;
        };
        archive.pushJournal = async (...args) => {
          const answer = await push(...args);
          if (losing) throw lost;
          return answer;
        };
        archive.faults.call = () => {
          const next = faults.shift();
          losing = next === 'lost-answer';
          if (next === 'pull') {
            presence.pull();
            presence.insert();
          }
          if (next === 'restart') restarts += 1;
          if (next === 'down') throw new RuntimeError('peer-unreachable', 'down');
          if (next === 'busy') throw new PeerRefusal('busy', 'busy');
        };
        camera.lies.object = (_object, bytes) => {
          const next = faults.shift();
          return next === 'bent' ? bent(bytes) : bytes;
        };
        const take = camera.takeReceipt.bind(camera);
        camera.takeReceipt = (delivery) => {
          const before = [...camera.objects.keys()];
          const outcome = take(delivery);
          early += before.filter(
            (object) => !camera.objects.has(object) && !archive.objects.has(object),
          ).length;
          return outcome;
        };
        presence.insert();
        begin();
        for (;;) {
          const wanted = restarts;
          await eventually(() => restarts > wanted || camera.objects.size === 0, told);
          if (restarts === wanted) break;
          await dock?.stop();
          presence = new SimulatedPresence();
          presence.insert();
          begin();
        }
        await arrived(named);
        await empty();
        await dock?.stop();
        dock = undefined;
        assert.equal(early, 0, 'freed before the archive had it');
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('refuses a camera that bends its journal while nobody answers', async () => {
    cut();
    camera.record(1_000);
    camera.lies.page = (page) => ({
      ...page,
      entries: [page.entries[0] ?? '', ...page.entries.slice(2), page.entries[1] ?? ''],
    });
    presence.insert();
    begin();
    await eventually(() => dock?.messages.codes.includes('journal-bad') === true, told);
    assert.deepEqual(files('objects'), []);
    assert.equal(camera.objects.size, 2);
  });

  it('refuses a camera with two pasts while nobody answers', async () => {
    const clone = camera.fork();
    await dockedAndGone([1_000]);
    await dock?.stop();
    clone.record(2_000);
    clone.record(3_000);
    camera = clone;
    presence.insert();
    begin();
    await eventually(() => dock?.messages.codes.some((code) => code.startsWith('journal-')) === true, told);
    assert.equal(clone.objects.size, 4);
  });

  it('takes no object that is another than its name says', async () => {
    cut();
    const [, target = ''] = camera.record(1_000, 2_000);
    camera.lies.object = (object, bytes) => (object === target ? bent(bytes) : bytes);
    presence.insert();
    begin();
    await eventually(() => dock?.messages.codes.includes('object-altered') === true, told);
    assert.equal(dock?.store.holds(target), false);
    camera.lies = {};
    await safe([target]);
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function treeOf({ receipt }: ReceiptDelivery): { size: number; root(): Uint8Array } {
  const [, size = '', root = ''] = receipt.split('\n');
  return { size: Number(size), root: () => Buffer.from(root, 'base64') };
}

function rootOf(camera: SimulatedCamera, size: number): Uint8Array {
  return Buffer.from(camera.checkpoint(size).split('\n')[2] ?? '', 'base64');
}

async function* bent(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) yield piece.map((byte, n) => (n === 0 ? byte ^ 1 : byte));
}
