import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnosis } from '../../../device/core/diagnosis.ts';
import { sentences } from '../../support/nmea-player.ts';
import { until } from '../../support/processes.ts';
import { Devices, INPUTS, type Input } from './devices.ts';
import { makeDisk } from './disks.ts';
import { OUTPUTS, type Lamp, type Look } from './eye.ts';
import { Evidence } from './evidence.ts';
import { Machine } from './machine.ts';

/** What a camera is made of besides its card. */
export interface CameraParts {
  readonly image: string;
  readonly code: string;
  readonly identity: string;
  /** The agency's age identity. */
  readonly unsealing: string;
  /** Content of a new card: what the program compiled on an earlier one, so that it starts sooner. */
  readonly cardContent: string;
}

export interface CameraOptions {
  /** A power of two. */
  readonly cardBytes?: number;
  /** Laid over the camera's configuration. */
  readonly config?: object;
  /** Laid over the bench's policy. */
  readonly policy?: object;
}

/** Of the camera's docking link, in the machine. */
export const DOCKING_PORT = 8443;
/** On the card: guest/bench-camera. */
const COMPILED = 'compiled';
const MIB = 1024 * 1024;
const READY_MS = 240_000;
const LIGHT_MS = 180_000;
/** Ten seconds of what the policy below asks for. */
const RING_BYTES = 300_000;
const LONG_PRESS_MS = 2_000;
const PRESS_MS = 200;

/** What an emulated processor can keep up with. */
const POLICY = {
  preRecordSeconds: 8,
  segmentSeconds: 5,
  picture: { width: 320, height: 180, framesPerSecond: 10, bitsPerSecond: 200_000 },
  announcement: { spoken: false },
  storage: { warnAtBytes: [24 * MIB] },
};

/** A camera on the bench: its case, its card, and the machine inside while it is switched on. */
export class VirtualCamera {
  readonly directory: string;
  readonly card: string;
  readonly #parts: CameraParts;
  #machine: Machine | undefined;
  #devices: Devices | undefined;
  #boots = 0;

  private constructor(parts: CameraParts, directory: string) {
    this.#parts = parts;
    this.directory = directory;
    this.card = join(directory, 'card.img');
  }

  static async make(parts: CameraParts, directory: string, options: CameraOptions): Promise<VirtualCamera> {
    const camera = new VirtualCamera(parts, directory);
    const settings = join(directory, 'settings');
    mkdirSync(settings);
    cpSync(parts.identity, join(settings, 'identity'), { recursive: true });
    writeFileSync(join(settings, 'camera.json'), JSON.stringify(configuration(options), undefined, 2));
    await makeDisk(join(directory, 'settings.img'), settings, 4 * MIB);
    rmSync(settings, { recursive: true });
    await makeDisk(
      camera.card,
      existsSync(parts.cardContent) ? parts.cardContent : undefined,
      options.cardBytes ?? 256 * MIB,
    );
    return camera;
  }

  get machine(): Machine {
    if (this.#machine === undefined) throw new Error('the camera is switched off');
    return this.#machine;
  }

  get devices(): Devices {
    if (this.#devices === undefined) throw new Error('the camera is switched off');
    return this.#devices;
  }

  /** Boots under a clear sky, and starts the program; resolves when the program says that it is ready. */
  async switchOn(): Promise<void> {
    await this.boot();
    this.seeSky();
    await this.startProgram();
  }

  /** The machine with its devices and its card, and no program. */
  async boot(): Promise<void> {
    this.#boots += 1;
    this.#machine = await Machine.boot({
      image: this.#parts.image,
      code: this.#parts.code,
      settings: join(this.directory, 'settings.img'),
      card: this.card,
      directory: join(this.directory, `boot-${this.#boots}`),
      dockingPort: DOCKING_PORT,
    });
    this.#devices = new Devices(this.#machine.guest);
    await this.#devices.plugIn();
    await this.#machine.guest.run('bench-card insert');
  }

  async startProgram(): Promise<void> {
    const { guest } = this.machine;
    await guest.run('bench-camera </dev/null >/dev/null 2>&1 &');
    await until(
      'the program is ready',
      async () => {
        if ((await this.starts()) > 1) throw new Error(`the program ended:\n${await this.log()}`);
        return (await guest.attempt('grep -q \'"ready":true\' /run/camera.out')).status === 0;
      },
      READY_MS,
      500,
    );
  }

  /** The technician's report, while the program does not run. */
  async diagnose(): Promise<Diagnosis> {
    const { output } = await this.machine.guest.attempt(
      'cd /opt/mingjing && node device/main.ts diagnose --config /etc/mingjing/camera.json --json 2>/run/diagnose.log',
      READY_MS,
    );
    return JSON.parse(output) as Diagnosis;
  }

  /** How often the program was started since the machine was switched on. */
  async starts(): Promise<number> {
    return Number(await this.machine.guest.run('cat /run/camera.starts 2>/dev/null || echo 0'));
  }

  /** The program's last words; none if there is nobody left to ask. */
  async log(): Promise<string> {
    return (
      (await this.#machine?.guest.run('tail -n 20 /run/camera.log', 20_000).catch(() => undefined)) ?? ''
    );
  }

  /** Whether the program wrote these words into its log. */
  async said(words: string): Promise<boolean> {
    return (await this.machine.guest.attempt(`grep -qF '${words}' /run/camera.log`)).status === 0;
  }

  async press(line: Input, millis = PRESS_MS): Promise<void> {
    await this.devices.press(line, millis);
  }

  async longPress(line: Input): Promise<void> {
    await this.press(line, LONG_PRESS_MS);
  }

  /** Looks until the lights are so. */
  async lights(wanted: Readonly<Partial<Record<Lamp, Look>>>, millis = LIGHT_MS): Promise<void> {
    const { eye } = this.machine;
    const lamps = Object.keys(wanted) as Lamp[];
    const seen = (): (Look | undefined)[] => lamps.map((lamp) => eye.look(lamp));
    await until('lights', () => lamps.every((lamp) => eye.look(lamp) === wanted[lamp]), millis).catch(() => {
      throw new Error(`lights ${lamps.join(', ')} are ${seen().join(', ')}, not ${JSON.stringify(wanted)}`);
    });
  }

  /** Until pictures have come for as long as the ring holds. Nothing on the case tells: the encoder is asked. */
  async ringFull(): Promise<void> {
    const written = 'cat /proc/$(pgrep -o ffmpeg)/io | sed -n "s/^wchar: //p"';
    const enough = async (): Promise<boolean> =>
      Number((await this.machine.guest.attempt(written)).output) >= RING_BYTES;
    await until('pictures come', enough, READY_MS, 1_000);
  }

  /** It is worn, and time goes by: the machine's. */
  async carry(seconds: number): Promise<void> {
    const { eye } = this.machine;
    const end = eye.now + seconds * 1_000;
    await until('time goes by', () => eye.now >= end, seconds * 30_000, 50);
  }

  /** Its program stands still and answers nobody. */
  async hang(): Promise<void> {
    await this.machine.guest.run('kill -STOP $(cat /run/camera.pid)');
  }

  /** Files of footage on the card, and their bytes, while the program runs. */
  async footage(): Promise<{ readonly files: number; readonly bytes: number }> {
    const list = 'find /var/lib/mingjing/epoch-1/footage -type f -printf "%s\\n"';
    const sizes = (await this.machine.guest.run(list)).split('\n').filter(Boolean).map(Number);
    return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /** Whether the encoder runs. */
  async captures(): Promise<boolean> {
    return (await this.machine.guest.attempt('pgrep ffmpeg')).status === 0;
  }

  /** Whether the program left by itself, with the status on which the unit switches the machine off. */
  async wantsOff(): Promise<boolean> {
    return await this.said('bench: the program ended with 10');
  }

  /** Satellites are seen, and the camera is carried about, until `loseSky`. */
  seeSky(): void {
    const { gps, eye } = this.machine;
    const began = eye.now;
    let next = began;
    eye.onTick((at) => {
      if (at < next) return;
      next += 1_000;
      gps.write(sentences(new Date(at), (at - began) / 1_000));
    });
  }

  loseSky(): void {
    this.#machine?.eye.onTick(undefined);
  }

  /** The program is asked to end, then the machine is switched off. */
  async switchOff(): Promise<void> {
    await this.machine.guest.run('bench-camera stop', 60_000);
    this.loseSky();
    await this.machine.powerOff();
    this.#machine = undefined;
  }

  /** The battery is pulled. */
  async powerCut(): Promise<void> {
    this.loseSky();
    await this.#machine?.powerCut();
    this.#machine = undefined;
  }

  /** What is on the card, while the camera is off. */
  async evidence(): Promise<Evidence> {
    if (this.#machine?.running === true) throw new Error('the card is in a running camera');
    const read = join(this.directory, 'read');
    const state = join(read, 'state');
    const evidence = await Evidence.read(this.card, read, this.#parts.identity, this.#parts.unsealing);
    const { cardContent } = this.#parts;
    const compiled = join(state, COMPILED);
    if (existsSync(compiled) && !existsSync(cardContent))
      cpSync(compiled, join(cardContent, COMPILED), { recursive: true });
    return evidence;
  }
}

function configuration({ config, policy }: CameraOptions): object {
  return {
    stateDirectory: '/var/lib/mingjing',
    stateIsMounted: true,
    identityDirectory: '/etc/mingjing/identity',
    capture: { kind: 'v4l2', device: '/dev/video0', audio: 'hw:Loopback,1,0' },
    policy: { ...POLICY, ...policy },
    panel: {
      buttons: { kind: 'gpiod', chip: 'panel', lines: byName(INPUTS) },
      signals: [{ kind: 'gpiod', chip: 'panel', lines: byName(OUTPUTS) }],
    },
    gps: { kind: 'nmea', path: '/dev/ttyS1', baudRate: 9600 },
    power: {},
    watchdog: {},
    docking: { host: '0.0.0.0', port: DOCKING_PORT },
    officer: { number: '110-77', name: '测试员', certificate: 'LZ-0001' },
    reserveBytes: 16 * MIB,
    ...config,
  };
}

function byName(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((name) => [name, name]));
}
