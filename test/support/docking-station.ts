import { spawnSync } from 'node:child_process';
import { CameraProgram } from './device-program.ts';
import { freePort } from './processes.ts';
import { mingjing, ServerRoom } from './server-room.ts';

/** Of the simulated supply, milliamperes: eight cameras do not all start at once. */
const BUDGET = 8_000;

export interface StationOptions {
  /** Made if it is not there; everything lives in it. */
  readonly directory: string;
  readonly cameras: number;
  /** How many times faster than life the cameras record. */
  readonly speed: number;
  /** Laid over the dock's configuration. */
  readonly dock?: object;
}

/** A dock with as many simulated cameras as it has bays, and the archive: real programs on loopback ports. */
export class DockingStation {
  readonly room: ServerRoom;
  readonly cameras: readonly CameraProgram[];
  #kiosk: string | undefined;

  private constructor(room: ServerRoom, cameras: readonly CameraProgram[]) {
    this.room = room;
    this.cameras = cameras;
  }

  /** `tell` is called after each machine that was enrolled. */
  static async prepare(
    options: StationOptions,
    tell: (id: string) => void = () => {},
  ): Promise<DockingStation> {
    const room = await ServerRoom.prepare(options.directory);
    const film = makeFilm(room.path('film.mp4'));
    const cameras: CameraProgram[] = [];
    const ports: number[] = [];
    for (let n = 1; n <= options.cameras; n += 1) {
      const id = `camera-${n}`;
      const identity = room.path(`identity/${id}`);
      await room.enrol('camera', id, '--out', identity, '--epoch', '1');
      const port = await freePort();
      ports.push(port);
      cameras.push(
        new CameraProgram(room.state(id), identity, {
          capture: { kind: 'replay', path: film, speed: options.speed },
          policy: { preRecordSeconds: 10, segmentSeconds: 10, stopBy: 'press' },
          docking: { host: '127.0.0.1', port },
          broker: room.broker,
          officer: officer(n),
        }),
      );
      tell(id);
    }
    room.configureDock(ports, {
      charging: { kind: 'simulated', budgetMilliamps: BUDGET, bays: ports.map((_, n) => ({ bay: n + 1 })) },
      desk: { roster: await signRoster(room, options.cameras) },
      ...options.dock,
    });
    return new DockingStation(room, cameras);
  }

  /** The dock's page, if it has one. */
  get kiosk(): string | undefined {
    return this.#kiosk;
  }

  async start(): Promise<void> {
    await this.room.archive.start();
    const { kiosk } = await this.room.dock.start();
    this.#kiosk = typeof kiosk === 'string' ? kiosk : undefined;
    // One after the other: eight programs that start at once take longer than their time on two cores.
    for (const camera of this.cameras) await camera.start();
  }

  /** Ends what runs, cameras first; gives whether all listened. */
  async stop(): Promise<boolean> {
    const cameras = await Promise.all(this.cameras.map((camera) => camera.stop()));
    const others = await Promise.all([this.room.dock.stop(), this.room.archive.stop()]);
    return [...cameras, ...others].every(Boolean);
  }
}

/** Whoever has a camera here may bring it back, and take another. */
async function signRoster(room: ServerRoom, officers: number): Promise<string> {
  const roster = room.path('roster.json');
  const listed = Array.from({ length: officers }, (_, n) => ({
    ...officer(n + 1),
    validUntil: '2099-12-31',
  }));
  room.write('officers.json', listed);
  const of = ['--identity', room.path('identity/archive'), '--officers', room.path('officers.json')];
  await mingjing('roster', 'sign', ...of, '--roster-version', '1', '--out', roster);
  return roster;
}

function officer(n: number): object {
  const number = String(n).padStart(4, '0');
  return { number: `A-${number}`, name: `示范执法员 ${n}`, certificate: `ZF-2026-${number}` };
}

/** Twelve seconds of a noisy picture, 2 Mbit/s, for all cameras; made once. */
function makeFilm(path: string): string {
  const picture = 'testsrc2=size=640x360:rate=25,noise=alls=12:allf=t';
  const made = spawnSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', picture],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', '12'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-b:v', '2M', '-maxrate', '2M'],
    ...['-bufsize', '2M', '-g', '25', '-sc_threshold', '0', '-bf', '0', '-c:a', 'aac', '-b:a', '64k'],
    ...['-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-f', 'mp4', path],
  ]);
  if (made.status !== 0) throw new Error(`ffmpeg could not make the film: ${made.stderr.toString()}`);
  return path;
}
