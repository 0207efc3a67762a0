import { CameraControl, type CameraStatus, type PressAnswer } from './camera-control.ts';
import { playNmea, type NmeaPlayer } from './nmea-player.ts';
import { freePort, type Program } from './processes.ts';
import { ServerRoom, type ServerPorts } from './server-room.ts';

export interface FleetOptions {
  /** Made if it is not there; everything of the fleet lives in it. */
  readonly directory: string;
  readonly preRecordSeconds?: number;
  readonly segmentSeconds?: number;
  /** The camera as a page in a browser; its receiver is where the page puts it. */
  readonly web?: boolean;
}

/** One agency with one camera, one dock and one archive: real programs, real certificates, loopback ports. */
export class Fleet {
  readonly camera: Program;
  readonly dock: Program;
  readonly archive: Program;
  readonly ports: ServerPorts & { readonly control: number; readonly docking: number };
  readonly #room: ServerRoom;
  readonly #gps: NmeaPlayer;
  readonly #control: CameraControl;

  private constructor(room: ServerRoom, control: number, docking: number, gps: NmeaPlayer) {
    this.ports = { ...room.ports, control, docking };
    this.#room = room;
    this.#gps = gps;
    this.#control = new CameraControl(() => control);
    this.camera = room.program('camera', 'device/main.ts', '--simulate');
    ({ dock: this.dock, archive: this.archive } = room);
  }

  /** Founds the agency, enrols the machines by the command line, writes their configuration. Starts nothing yet. */
  static async prepare(options: FleetOptions): Promise<Fleet> {
    const room = await ServerRoom.prepare(options.directory);
    const [control, docking] = await Promise.all([freePort(), freePort()]);
    const fleet = new Fleet(room, control, docking, await playNmea(room.directory));
    await room.enrol('camera', 'camera-1', '--out', room.path('identity/camera'), '--epoch', '1');
    fleet.#configure(options);
    return fleet;
  }

  get directory(): string {
    return this.#room.directory;
  }

  get root(): string {
    return this.#room.root;
  }

  path(name: string): string {
    return this.#room.path(name);
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
    return await this.#control.status();
  }

  /** A button; answered when the journal entry is durable. */
  async press(button: 'record' | 'stop' | 'mark' | 'key-mark'): Promise<PressAnswer> {
    return await this.#control.press(button);
  }

  async attach(attached: boolean): Promise<void> {
    await this.#control.attach(attached);
  }

  /** Runs `mingjing export`; gives the directory. */
  async export(recording: string, name?: string): Promise<string> {
    return await this.#room.export(recording, name);
  }

  #configure({ preRecordSeconds = 10, segmentSeconds = 10, web = false }: FleetOptions): void {
    const room = this.#room;
    room.write('camera.json', {
      stateDirectory: room.state('camera'),
      identityDirectory: room.path('identity/camera'),
      capture: { kind: 'test-pattern' },
      policy: {
        picture: { width: 640, height: 360, framesPerSecond: 25, bitsPerSecond: 1_000_000 },
        preRecordSeconds,
        segmentSeconds,
      },
      ...(web ? { web: { port: 0 } } : { gps: { kind: 'nmea', path: this.#gps.path, baudRate: 9600 } }),
      docking: { host: '127.0.0.1', port: this.ports.docking },
      control: { port: this.ports.control },
      broker: room.broker,
      officer: { number: 'A-0001', name: '示范执法员', certificate: 'ZF-2026-0001' },
    });
    room.configureDock([this.ports.docking]);
  }
}
