import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export const OUTPUTS = ['green', 'yellow', 'red', 'buzzer', 'vibration'] as const;
export type Output = (typeof OUTPUTS)[number];
export type Lamp = Extract<Output, 'green' | 'yellow' | 'red'>;
export type Look = 'dark' | 'lit' | 'blinking';

interface Glance {
  /** The machine's clock, milliseconds. */
  readonly at: number;
  readonly levels: readonly boolean[];
}

/** Longer than the longest part of a rhythm that recurs by itself: in it a blinking light is seen both ways. */
const LOOK_MS = 2_300;

/** Sees every light, the buzzer and the vibration motor, all the time: guest/bench-eye. */
export class Eye {
  readonly #socket: Socket;
  readonly #seen: Glance[] = [];
  #tick: ((at: number) => void) | undefined;

  constructor(path: string) {
    this.#socket = createConnection(path);
    this.#socket.on('error', () => undefined);
    createInterface({ input: this.#socket }).on('line', (line) => {
      const [micros, levels = ''] = line.split(' ');
      this.#tick?.(Number(micros) / 1000);
      this.#seen.push({ at: Number(micros) / 1000, levels: Array.from(levels, (level) => level === '1') });
    });
  }

  /** Called several times a second of the machine's clock, with the time; nobody: no more. */
  onTick(tick: ((at: number) => void) | undefined): void {
    this.#tick = tick;
  }

  /** The machine's clock as it was seen last. */
  get now(): number {
    return this.#seen.at(-1)?.at ?? 0;
  }

  /** Over the last seconds; undefined while it has not been looked at for so long. */
  look(lamp: Lamp): Look | undefined {
    const from = this.now - LOOK_MS;
    if ((this.#seen[0]?.at ?? Infinity) > from) return undefined;
    const first = this.#seen.findLastIndex(({ at }) => at <= from);
    const levels = this.#seen.slice(first).map((glance) => glance.levels[OUTPUTS.indexOf(lamp)] === true);
    return levels.every(Boolean) ? 'lit' : levels.some(Boolean) ? 'blinking' : 'dark';
  }

  isOn(output: Output): boolean {
    return this.#seen.at(-1)?.levels[OUTPUTS.indexOf(output)] === true;
  }

  /** How often an output went on, ever. */
  pulses(output: Output): number {
    const index = OUTPUTS.indexOf(output);
    return this.#seen.filter(
      ({ levels }, n) => levels[index] === true && this.#seen[n - 1]?.levels[index] !== true,
    ).length;
  }

  close(): void {
    this.#socket.destroy();
  }
}
