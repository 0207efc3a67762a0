import type { Firmata } from 'firmata-io';
import type five from 'johnny-five';
import { SerialPort } from 'serialport';
import { growing } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { ChargeLight } from '../../core/charging-model.ts';
import type { ChargeBoard, ChargeBoardListener } from '../../ports/charge-board.ts';
import { BayParts, makeSafe, unfitPins, type BayPins } from './bay-parts.ts';
import { GuardedLine } from './guarded-line.ts';

export interface FirmataSettings {
  /** A name that stays: `/dev/serial/by-id/…`. */
  readonly path: string;
  readonly bays: readonly BayPins[];
  /** Changes with every `beat`, for a watchdog on the board. */
  readonly heartbeatPin?: number | undefined;
  readonly reopenFirstMs?: number;
}

/** StandardFirmata's. */
const BAUD = 57_600;
const SAMPLING_MS = 100;
/** A board that was reset by the opening says its version by itself, once its boot loader is through. */
const ASK_VERSION_MS = 2_500;
const ANSWER_MS = 15_000;
const REOPEN_FIRST_MS = 1_000;
const REOPEN_MOST_MS = 30_000;
/** Open for so long: the pauses begin anew. */
const STEADY_MS = 60_000;
const SYSTEM_RESET = 0xff;
const DRAIN_MS = 500;

interface Libraries {
  readonly johnnyFive: typeof five;
  readonly FirmataIo: typeof Firmata;
}

/** A board with StandardFirmata on a serial line: firmata-io on serialport, johnny-five's relays and lights on top. */
export class FirmataBoard implements ChargeBoard {
  readonly #settings: FirmataSettings;
  readonly #log: Log;
  #listener: ChargeBoardListener | undefined;
  #libraries: Libraries | undefined;
  #port: SerialPort | undefined;
  #io: Firmata | undefined;
  #parts: BayParts | undefined;
  #timer: NodeJS.Timeout | undefined;
  #steady: NodeJS.Timeout | undefined;
  #opening: Promise<void> = Promise.resolve();
  #failures = 0;
  #told: 'nothing' | 'up' | 'lost' = 'nothing';
  #heart: 0 | 1 = 0;

  constructor(settings: FirmataSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  start(listener: ChargeBoardListener): void {
    this.#listener = listener;
    this.#connect();
  }

  setRelay(bay: number, closed: boolean): void {
    if (this.#told === 'up') this.#parts?.setRelay(bay, closed);
  }

  setLight(bay: number, light: ChargeLight): void {
    if (this.#told === 'up') this.#parts?.setLight(bay, light);
  }

  beat(): void {
    const { heartbeatPin } = this.#settings;
    if (heartbeatPin === undefined || this.#told !== 'up') return;
    this.#heart = this.#heart === 0 ? 1 : 0;
    this.#io?.digitalWrite(heartbeatPin, this.#heart);
  }

  restart(): void {
    if (this.#listener === undefined || this.#port === undefined) return;
    this.#told = 'nothing';
    this.#hangUp();
    this.#later();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    clearTimeout(this.#timer);
    const port = this.#port;
    if (port?.isOpen === true) {
      port.write([SYSTEM_RESET]);
      await within(DRAIN_MS, (done) => port.drain(done));
    }
    this.#hangUp();
    await this.#opening;
    if (port?.isOpen === true || port?.closing === true)
      await within(DRAIN_MS, (done) => port.once('close', done));
  }

  #connect(): void {
    this.#opening = this.#open().catch((error: unknown) => this.#gone(this.#port, messageOf(error)));
  }

  /** Rejects when it cannot be opened. */
  async #open(): Promise<void> {
    this.#libraries ??= await loadLibraries();
    if (this.#listener === undefined) return;
    const port = new SerialPort({ path: this.#settings.path, baudRate: BAUD, autoOpen: false });
    this.#port = port;
    port.on('error', (error) => this.#gone(port, error.message));
    port.on('close', () => this.#gone(port, 'unplugged'));
    await new Promise<void>((resolve, reject) => {
      port.open((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    if (!this.#isCurrent(port)) {
      port.close(() => undefined);
      return;
    }
    this.#greet(port, this.#libraries);
  }

  #greet(port: SerialPort, { FirmataIo }: Libraries): void {
    const line = new GuardedLine(port, (why) => this.#gone(port, why));
    const io: Firmata = new FirmataIo(line, {
      reportVersionTimeout: ASK_VERSION_MS,
      samplingInterval: SAMPLING_MS,
    });
    line.gathered = () => io.buffer.length;
    this.#io = io;
    port.write([SYSTEM_RESET]); // all relays open, at once, of a board that the opening did not reset
    this.#timer = setTimeout(() => this.#gone(port, 'no Firmata answers'), ANSWER_MS);
    io.once('ready', () => {
      clearTimeout(this.#timer);
      this.#ready(port, io);
    });
  }

  #ready(port: SerialPort, io: Firmata): void {
    const { bays, heartbeatPin } = this.#settings;
    const unfit = unfitPins(io, bays, heartbeatPin);
    if (unfit !== undefined || this.#libraries === undefined) {
      this.#gone(port, unfit ?? 'not loaded');
      return;
    }
    if (this.#parts === undefined) this.#parts = BayParts.make(this.#libraries.johnnyFive, io, bays);
    else this.#parts.use(io);
    makeSafe(io, bays, heartbeatPin);
    const most = io.RESOLUTION.ADC ?? 1_023;
    for (const { bay, currentPin, temperaturePin } of bays) {
      io.analogRead(currentPin, (value) => this.#report(io, bay, 'current', value / most));
      io.analogRead(temperaturePin, (value) => this.#report(io, bay, 'temperature', value / most));
    }
    this.#steady = setTimeout(() => (this.#failures = 0), STEADY_MS);
    this.#told = 'up';
    this.#log.info({ path: this.#settings.path }, 'the charging board answers');
    this.#listener?.up();
  }

  #report(io: Firmata, bay: number, sensor: 'current' | 'temperature', value: number): void {
    if (this.#io === io && this.#told === 'up' && value >= 0 && value <= 1)
      this.#listener?.report(bay, sensor, value);
  }

  #isCurrent(port: SerialPort | undefined): boolean {
    return this.#listener !== undefined && port === this.#port;
  }

  /** Of a line that was given up already: nothing. */
  #gone(port: SerialPort | undefined, why: string): void {
    if (!this.#isCurrent(port)) return;
    this.#hangUp();
    this.#later();
    if (this.#told === 'lost') return;
    this.#told = 'lost';
    this.#log.warn({ path: this.#settings.path, why }, 'the charging board does not answer');
    this.#listener?.lost(why);
  }

  #hangUp(): void {
    const port = this.#port;
    this.#port = undefined;
    if (this.#io !== undefined) clearTimeout(this.#io.reportVersionTimeoutId);
    this.#io = undefined;
    clearTimeout(this.#timer);
    clearTimeout(this.#steady);
    port?.removeAllListeners('data');
    if (port?.isOpen === true) port.close(() => undefined);
  }

  #later(): void {
    this.#failures += 1;
    const first = this.#settings.reopenFirstMs ?? REOPEN_FIRST_MS;
    this.#timer = setTimeout(() => this.#connect(), growing(first, REOPEN_MOST_MS, this.#failures));
  }
}

/** Only when a board is configured: johnny-five takes a third of a second and 15 MB. */
async function loadLibraries(): Promise<Libraries> {
  const [johnnyFive, firmata] = await Promise.all([import('johnny-five'), import('firmata-io')]);
  return { johnnyFive: johnnyFive.default, FirmataIo: firmata.default.Firmata };
}

/** A line that takes nothing any more holds nobody up. */
async function within(ms: number, work: (done: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const done = (): void => resolve(undefined);
  const timer = setTimeout(done, ms);
  work(done);
  await promise.finally(() => clearTimeout(timer));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
