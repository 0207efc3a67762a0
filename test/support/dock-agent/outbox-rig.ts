import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLog, loadEvidenceIdentity, loadTlsIdentity, RuntimeError } from '@mingjing/runtime';
import { DiskOutbox } from '../../../dock-agent/adapters/disk-outbox/disk-outbox.ts';
import { BayRunner } from '../../../dock-agent/shell/bay-runner.ts';
import { CachingArchive } from '../../../dock-agent/shell/caching-archive.ts';
import { DockAlarms } from '../../../dock-agent/shell/dock-alarms.ts';
import { Forwarder } from '../../../dock-agent/shell/forwarder.ts';
import { Uplink } from '../../../dock-agent/shell/uplink.ts';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { SimulatedCameraLink } from '../../../dock-agent/simulated/camera/camera-link.ts';
import { SimulatedPresence } from '../../../dock-agent/simulated/presence.ts';
import { makeTestAgency, type TestAgency } from '../agency.ts';
import { temporaryDirectories } from '../temporary.ts';
import { ArchiveModel } from './archive-model.ts';
import { eventually } from './eventually.ts';
import { JumpingClock } from './jumping-clock.ts';
import { NotedMessages } from './noted-messages.ts';
import { simulatedKeys } from './wire-camera.ts';

const log = createLog('test', { level: 'silent' });
const PLENTY = 1_000_000_000;

/** A dock of two bays with an outbox: it may be stopped and begun again on the same disk. */
export class OutboxDock {
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

type Place = readonly [SimulatedPresence, SimulatedCamera];

/** What a suite of the outbox works with: made anew before each test, and let go after it. */
export class OutboxRig {
  readonly name = { device: 'cam-1', epoch: 1 };
  agency!: TestAgency;
  archive!: ArchiveModel;
  camera!: SimulatedCamera;
  presence!: SimulatedPresence;
  directory!: string;
  dock: OutboxDock | undefined;
  readonly #temporary = temporaryDirectories();

  constructor() {
    before(async () => {
      this.agency = await makeTestAgency();
      for (const one of ['cam-1', 'cam-2']) await this.agency.enrol('camera', one);
      await this.agency.enrol('archive', 'arc');
    });
    after(() => this.agency.close());
    beforeEach(() => this.anew());
    afterEach(() => this.end());
  }

  /** A camera, an archive and a disk that nobody has used. */
  anew(): void {
    const identity = `${this.agency.dir}/archive-arc`;
    const { roots } = loadTlsIdentity(identity, 'archive');
    this.archive = new ArchiveModel(loadEvidenceIdentity(identity, 'archive'), roots);
    this.camera = new SimulatedCamera(simulatedKeys(`${this.agency.dir}/camera-cam-1`));
    this.presence = new SimulatedPresence();
    this.directory = this.#temporary();
  }

  begin = (maxBytes = PLENTY, more: readonly Place[] = []): OutboxDock => {
    const trust = { agency: this.agency.agency, roots: this.agency.roots };
    const bays = [[this.presence, this.camera] as const, ...more];
    return (this.dock = new OutboxDock(this.directory, this.archive, bays, trust, maxBytes));
  };

  end = async (): Promise<void> => {
    await this.dock?.stop();
    this.dock = undefined;
  };

  cut = (): void => {
    this.archive.faults.call = () => {
      throw new RuntimeError('peer-unreachable', 'the line is cut');
    };
  };

  mend = (): void => {
    delete this.archive.faults.call;
  };

  told = (): string => {
    const { messages, store } = this.dock ?? {};
    const alarms = messages?.alarms.map(({ code, detail }) => `${code}: ${detail}`).join();
    return `${messages?.states.join() ?? ''} ${alarms ?? ''} ${JSON.stringify(store?.usage())}`;
  };

  safe = async (objects: readonly string[]): Promise<void> =>
    eventually(() => objects.every((object) => this.dock?.store.holds(object) === true), this.told);

  empty = async (): Promise<void> =>
    eventually(() => {
      const usage = this.dock?.store.usage();
      return usage?.files === 0 && usage.journals === 0;
    }, this.told);

  arrived = async (objects: readonly string[]): Promise<void> =>
    eventually(() => objects.every((object) => this.archive.objects.has(object)), this.told);

  files = (room: string): string[] =>
    readdirSync(join(this.directory, room), { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.length > 60,
    );

  fileOf = (object: string): string => join(this.directory, 'objects', object.slice(0, 2), object);

  /** Docks it while nobody answers, and takes it away. */
  dockedAndGone = async (sizes: readonly number[] = [1_000, 200_000]): Promise<string[]> => {
    this.cut();
    const named = this.camera.record(...sizes);
    this.presence.insert();
    this.begin();
    await this.safe(named);
    this.presence.pull();
    await eventually(() => this.dock?.messages.state === 'empty', this.told);
    return named;
  };
}

/** One bit of each first byte is another. */
export async function* bent(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) yield piece.map((byte, n) => (n === 0 ? byte ^ 1 : byte));
}
