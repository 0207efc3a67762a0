import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';

/** Made by test/support/avr/build. */
const BUILT = new URL('../../../node_modules/.cache/mingjing-avr/', import.meta.url).pathname;

/** Where a board's digital pins are on its processor: `D2` is bit 2 of port D. */
const BOARDS = {
  uno: {
    mcu: 'atmega328p',
    pins: ['D0 D1 D2 D3 D4 D5 D6 D7', 'B0 B1 B2 B3 B4 B5'].join(' ').split(' '),
    first: 0,
  },
  mega: {
    mcu: 'atmega2560',
    pins: ['A0 A1 A2 A3 A4 A5 A6 A7', 'C7 C6 C5 C4 C3 C2 C1 C0', 'D7 G2 G1 G0 L7 L6 L5 L4', 'L3 L2 L1 L0']
      .join(' ')
      .split(' '),
    first: 22,
  },
} as const;

export type AvrKind = keyof typeof BOARDS;

/** A real AVR’s StandardFirmata, in simavr, behind a pseudo-terminal at `path`. */
export class AvrBoard {
  readonly path: string;
  readonly #kind: AvrKind;
  readonly #high = new Map<string, boolean>();
  /** Pins by the times they changed. */
  readonly changes = new Map<number, number>();
  /** For what hangs on a pin. */
  onChange: (pin: number, high: boolean) => void = () => undefined;
  #child: ChildProcess | undefined;
  #said: string[] = [];

  constructor(directory: string, kind: AvrKind = 'uno') {
    this.path = join(directory, 'tty-board');
    this.#kind = kind;
  }

  async start(): Promise<void> {
    const firmware = join(BUILT, `StandardFirmata-${this.#kind}.hex`);
    const child = spawn(join(BUILT, 'avr-board'), [BOARDS[this.#kind].mcu, firmware, this.path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    await this.#untilSaid('ready');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  /** Whether a digital pin is high. */
  pin(pin: number): boolean {
    return this.#high.get(this.#nameOf(pin)) === true;
  }

  /** What an analog input sees. */
  volts(channel: number, volts: number): void {
    this.#order(`adc ${channel} ${Math.round(volts * 1_000)}`);
  }

  async unplug(): Promise<void> {
    await this.#ordered('unplug', 'unplugged');
  }

  async plug(): Promise<void> {
    await this.#ordered('plug', 'plugged');
  }

  async freeze(): Promise<void> {
    await this.#ordered('freeze', 'frozen');
  }

  async thaw(): Promise<void> {
    await this.#ordered('thaw', 'thawed');
  }

  /** Sends a message that never ends. */
  async garble(): Promise<void> {
    await this.#ordered('garble', 'garbled');
  }

  #nameOf(pin: number): string {
    const { pins, first } = BOARDS[this.#kind];
    return pins[pin - first] ?? `no pin ${pin}`;
  }

  #hear(line: string): void {
    const [, port, bit, value] = /^pin ([A-L]) (\d) ([01])$/.exec(line) ?? [];
    if (port === undefined || bit === undefined) {
      this.#said.push(line);
      return;
    }
    const name = `${port}${bit}`;
    const high = value === '1';
    if ((this.#high.get(name) ?? false) === high) return;
    this.#high.set(name, high);
    const { pins, first } = BOARDS[this.#kind];
    const pin = (pins as readonly string[]).indexOf(name) + first;
    this.changes.set(pin, (this.changes.get(pin) ?? 0) + 1);
    this.onChange(pin, high);
  }

  async #ordered(order: string, answer: string): Promise<void> {
    this.#said = [];
    this.#order(order);
    await this.#untilSaid(answer);
  }

  #order(order: string): void {
    this.#child?.stdin?.write(`${order}\n`);
  }

  async #untilSaid(word: string): Promise<void> {
    await eventually(
      () => this.#said.includes(word),
      () => `the board never said ${word}`,
    );
  }
}
