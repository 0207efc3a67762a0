import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { playNmea, type NmeaPlayer } from './nmea-player.ts';
import { freePort, Program, REPOSITORY } from './processes.ts';

const run = promisify(execFile);

export interface FleetOptions {
  /** Made if it is not there; everything of the fleet lives in it. */
  readonly directory: string;
  readonly preRecordSeconds?: number;
  readonly segmentSeconds?: number;
  /** The camera as a page in a browser; its receiver is where the page puts it. */
  readonly web?: boolean;
}

/** What the camera answers to a button, in its own words. */
export interface PressAnswer {
  readonly ok: boolean;
  readonly recording?: string;
  readonly message: { readonly zh: string; readonly en: string };
}

/** What the camera's control port tells. */
export interface CameraStatus {
  readonly state: string;
  readonly recording?: string;
  readonly ringSeconds: number;
  readonly journalSize: number;
  readonly unreceipted: number;
  readonly attached: boolean;
}

/** One agency with one camera, one dock and one archive: real programs, real certificates, loopback ports. */
export class Fleet {
  readonly directory: string;
  readonly camera: Program;
  readonly dock: Program;
  readonly archive: Program;
  readonly ports: {
    readonly control: number;
    readonly docking: number;
    readonly ingest: number;
    readonly broker: number;
    readonly review: number;
  };
  readonly #gps: NmeaPlayer;

  private constructor(directory: string, ports: Fleet['ports'], gps: NmeaPlayer) {
    this.directory = directory;
    this.ports = ports;
    this.#gps = gps;
    const program = (name: string, main: string, ...more: string[]): Program =>
      new Program(name, [main, '--config', this.path(`${name}.json`), ...more], this.path(`${name}.log`));
    this.camera = program('camera', 'device/main.ts', '--simulate');
    this.dock = program('dock', 'dock-agent/main.ts');
    this.archive = program('archive', 'central/main.ts');
  }

  /** Founds the agency, enrols the machines by the command line, writes their configuration. Starts nothing yet. */
  static async prepare(options: FleetOptions): Promise<Fleet> {
    const { directory } = options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const [control, docking, ingest, broker, review] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const fleet = new Fleet(
      directory,
      { control, docking, ingest, broker, review },
      await playNmea(directory),
    );
    const agency = fleet.path('agency');
    await mingjing(
      'agency',
      'init',
      '--dir',
      agency,
      '--agency',
      'demo',
      '--name',
      '示范执法局 Demonstration Agency',
    );
    const enrol = (...args: string[]): Promise<string> => mingjing('enrol', ...args, '--agency', agency);
    await enrol('camera', 'camera-1', '--out', fleet.path('identity/camera'), '--epoch', '1');
    await enrol('dock', 'dock-1', '--out', fleet.path('identity/dock'));
    await enrol('archive', 'archive-1', '--out', fleet.path('identity/archive'), '--may-unseal');
    fleet.#configure(options);
    return fleet;
  }

  get root(): string {
    return this.path('identity/dock/root.pem');
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async start(): Promise<void> {
    await this.archive.start();
    await Promise.all([this.camera.start(), this.dock.start()]);
  }

  /** Ends what runs, camera first; gives whether all listened. */
  async stop(): Promise<boolean> {
    const camera = await this.camera.stop();
    const others = await Promise.all([this.dock.stop(), this.archive.stop()]);
    await this.#gps.close();
    return camera && others.every(Boolean);
  }

  async status(): Promise<CameraStatus> {
    return (await this.#ask('GET', '/state')) as CameraStatus;
  }

  /** A button; answered when the journal entry is durable. */
  async press(button: 'record' | 'stop' | 'mark' | 'key-mark'): Promise<PressAnswer> {
    return (await this.#ask('POST', '/press', { button })) as PressAnswer;
  }

  async attach(attached: boolean): Promise<void> {
    await this.#ask('POST', '/dock', { attached });
  }

  /** Runs `mingjing export`; gives the directory. */
  async export(recording: string, name = `export-${recording.slice(0, 8)}`): Promise<string> {
    const out = this.path(name);
    await mingjing(
      'export',
      '--config',
      this.path('archive.json'),
      '--recording',
      recording,
      '--out',
      out,
      '--reason',
      'test',
    );
    return out;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.ports.control}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(20_000),
    });
    return await response.json();
  }

  #configure({ preRecordSeconds = 10, segmentSeconds = 10, web = false }: FleetOptions): void {
    const write = (name: string, config: unknown): void =>
      writeFileSync(this.path(name), JSON.stringify(config, undefined, 2), { mode: 0o600 });
    const broker = `mqtts://127.0.0.1:${this.ports.broker}`;
    const state = (name: string): string => {
      mkdirSync(this.path(`state/${name}`), { recursive: true, mode: 0o700 });
      return this.path(`state/${name}`);
    };
    write('camera.json', {
      stateDirectory: state('camera'),
      identityDirectory: this.path('identity/camera'),
      capture: { kind: 'test-pattern' },
      policy: {
        picture: { width: 640, height: 360, framesPerSecond: 25, bitsPerSecond: 1_000_000 },
        preRecordSeconds,
        segmentSeconds,
      },
      ...(web ? { web: { port: 0 } } : { gps: { kind: 'nmea', path: this.#gps.path, baudRate: 9600 } }),
      docking: { host: '127.0.0.1', port: this.ports.docking },
      control: { port: this.ports.control },
      broker,
      officer: { number: 'A-0001', name: '示范执法员', certificate: 'ZF-2026-0001' },
    });
    write('dock.json', {
      identityDirectory: this.path('identity/dock'),
      stateDirectory: state('dock'),
      archive: `https://127.0.0.1:${this.ports.ingest}`,
      broker,
      bays: [{ bay: 1, camera: `https://127.0.0.1:${this.ports.docking}` }],
    });
    write('archive.json', {
      identityDirectory: this.path('identity/archive'),
      stateDirectory: state('archive'),
      objectsDirectory: state('objects'),
      ingest: { host: '127.0.0.1', port: this.ports.ingest },
      broker: { host: '127.0.0.1', port: this.ports.broker },
      review: { host: '127.0.0.1', port: this.ports.review },
    });
  }
}

/** Runs our command line as a person would; gives its standard output. */
export async function mingjing(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(join(REPOSITORY, 'bin/mingjing'), [...args], {
    cwd: REPOSITORY,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
