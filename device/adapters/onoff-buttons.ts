import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@mingjing/runtime';
import { DeviceError } from '../core/errors.ts';
import { BUTTON_NAMES, type ButtonEdge, type ButtonName, type Buttons } from '../ports/buttons.ts';
import type { Clock } from '../ports/clock.ts';

export interface OnoffSettings {
  /** Label of the chip. Its base is looked up: it is another number on every kernel. */
  readonly chip: string;
  readonly lines: Readonly<Partial<Record<ButtonName, number>>>;
  readonly activeLow?: boolean;
  readonly root?: string;
}

/** As much of `onoff` as is used. */
export interface OnoffGpio {
  watch(listener: (error: Error | null | undefined, value: number) => void): void;
  unexport(): void;
}
export interface OnoffModule {
  readonly Gpio: new (
    line: number,
    direction: 'in',
    edge: 'both',
    options: { readonly activeLow: boolean },
  ) => OnoffGpio;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Buttons through the sysfs interface of old kernels, by the optional package `onoff`. */
export class OnoffButtons implements Buttons {
  readonly #settings: OnoffSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #load: () => Promise<unknown>;
  #listener: ((edge: ButtonEdge) => void) | undefined;
  #unheard: (() => void) | undefined;
  #open: OnoffGpio[] = [];
  #opening: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #closed = false;
  #trouble: string | undefined = 'onoff is not loaded yet';

  constructor(settings: OnoffSettings, clock: Clock, log: Log, load: () => Promise<unknown> = loadOnoff) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#load = load;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  listen(listener: (edge: ButtonEdge) => void, unheard?: () => void): void {
    if (this.#opening !== undefined) throw new Error('invariant: listened to once');
    this.#listener = listener;
    this.#unheard = unheard;
    this.#begin();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener = undefined;
    clearTimeout(this.#timer);
    await this.#opening;
    this.#letGo();
  }

  #begin(): void {
    this.#opening = this.#watchAll().then(
      () => {
        this.#trouble = undefined;
        this.#pauseMs = FIRST_PAUSE_MS;
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #watchAll(): Promise<void> {
    const { Gpio } = asOnoff(await this.#load());
    const { lines, activeLow = false } = this.#settings;
    const base = await this.#base();
    for (const button of BUTTON_NAMES) {
      const offset = lines[button];
      if (offset === undefined || this.#closed) continue;
      const gpio = new Gpio(base + offset, 'in', 'both', { activeLow });
      this.#open.push(gpio);
      gpio.watch((error, value) => {
        if (error) this.#fail(error);
        else this.#listener?.({ button, down: value === 1, mono: this.#clock.now().mono });
      });
    }
  }

  async #base(): Promise<number> {
    const { chip, root = '/sys/class/gpio' } = this.#settings;
    const chips = (await readdir(root)).filter((name) => /^gpiochip\d+$/.test(name));
    for (const name of chips) {
      const read = async (file: string): Promise<string> =>
        (await readFile(join(root, name, file), 'utf8')).trim();
      if ((await read('label')) === chip) return Number(await read('base'));
    }
    throw new DeviceError('bad-gpio', `there is no GPIO chip labelled ${chip} under ${root}`);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    const why = error instanceof Error ? error.message : 'unknown error';
    if (why !== this.#trouble) this.#log.warn({ why }, 'the buttons cannot be heard');
    this.#trouble = why;
    this.#letGo();
    this.#unheard?.();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #letGo(): void {
    for (const gpio of this.#open.splice(0)) {
      try {
        gpio.unexport();
      } catch (err) {
        this.#log.warn({ err }, 'a GPIO line could not be given back');
      }
    }
  }
}

/** Not in every installation: it compiles a part of itself, which `npm ci --ignore-scripts` leaves out. */
async function loadOnoff(): Promise<unknown> {
  const name = 'onoff';
  try {
    return (await import(name)) as unknown;
  } catch (cause) {
    const advice = 'run "npm rebuild epoll" with a compiler there, or use "kind": "gpiod"';
    throw new DeviceError('bad-gpio', `the package onoff cannot be loaded: ${advice}`, { cause });
  }
}

function asOnoff(loaded: unknown): OnoffModule {
  const module = loaded as { Gpio?: unknown; default?: { Gpio?: unknown } };
  const Gpio = module.Gpio ?? module.default?.Gpio;
  if (typeof Gpio !== 'function')
    throw new DeviceError('bad-gpio', 'the package onoff is not what it should be');
  return { Gpio: Gpio as OnoffModule['Gpio'] };
}
