import type { ChildProcess } from 'node:child_process';
import type { Log } from '@mingjing/runtime';
import { gpioEventOf, gpiomonArguments, type LineName } from '../../core/gpiod.ts';
import type { ButtonEdge, ButtonName, Buttons } from '../../ports/buttons.ts';
import type { Clock } from '../../ports/clock.ts';
import { dismiss, ended, GpiodChip, type GpiodChipSettings, type OpenChip } from './gpiod-chip.ts';

export interface GpiodButtonsSettings extends GpiodChipSettings {
  readonly lines: Readonly<Partial<Record<ButtonName, LineName>>>;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** A `gpiomon` that cannot have its lines leaves sooner than this. */
const SETTLED_MS = 500;
const MAX_LINE_CHARACTERS = 200;
/** An event older than this has a clock of its own. */
const MAX_AGE_NS = 60_000_000_000n;

/** Buttons on lines of a GPIO chip, heard by `gpiomon`. */
export class GpiodButtons implements Buttons {
  readonly #chip: GpiodChip;
  readonly #clock: Clock;
  readonly #log: Log;
  #listener: ((edge: ButtonEdge) => void) | undefined;
  #unheard: (() => void) | undefined;
  #child: ChildProcess | undefined;
  #trouble: string | undefined = 'gpiomon is not started yet';
  #pauseMs = FIRST_PAUSE_MS;
  #mono = 0;
  #closed = false;
  #wake: (() => void) | undefined;
  #living: Promise<void> | undefined;

  constructor(settings: GpiodButtonsSettings, clock: Clock, log: Log) {
    this.#chip = new GpiodChip(settings, settings.lines);
    this.#clock = clock;
    this.#log = log;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  listen(listener: (edge: ButtonEdge) => void, unheard?: () => void): void {
    if (this.#living !== undefined) throw new Error('invariant: listened to once');
    this.#listener = listener;
    this.#unheard = unheard;
    this.#living = this.#live();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listener = undefined;
    this.#wake?.();
    if (this.#child !== undefined) dismiss(this.#child);
    await this.#living;
  }

  async #live(): Promise<void> {
    while (!this.#isClosed()) {
      const why = await this.#monitor();
      if (this.#isClosed()) return;
      if (this.#trouble !== why) this.#log.warn({ why }, 'the buttons cannot be heard');
      this.#trouble = why;
      this.#unheard?.();
      this.#chip.forget();
      await this.#pause();
    }
  }

  /** One run of gpiomon. Gives why it ended; never rejects. */
  async #monitor(): Promise<string> {
    try {
      const chip = await this.#chip.find();
      const args = gpiomonArguments(chip.major, chip.name, [...chip.offsets.values()], this.#chip.options);
      if (this.#isClosed()) return 'closed';
      const child = await this.#chip.start('gpiomon', args);
      this.#child = child;
      const gone = ended(child);
      if (this.#isClosed()) dismiss(child);
      const settled = setTimeout(() => this.#hears(), SETTLED_MS);
      this.#read(child, chip);
      const why = await gone;
      clearTimeout(settled);
      return why;
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown error';
    } finally {
      this.#child = undefined;
    }
  }

  #read(child: ChildProcess, { major, offsets }: OpenChip): void {
    const buttons = new Map([...offsets].map(([button, offset]) => [offset, button as ButtonName]));
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
      for (const line of lines) {
        const event = gpioEventOf(major, line.trim());
        const button = event === undefined ? undefined : buttons.get(event.offset);
        if (event === undefined || button === undefined) continue;
        this.#hears();
        this.#listener?.({ button, down: event.rising, mono: this.#momentOf(event.kernelNs) });
      }
    });
  }

  #hears(): void {
    this.#trouble = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** The kernel's stamp on the camera's clock: both run at one pace. Never backwards. */
  #momentOf(kernelNs: bigint): number {
    const { mono } = this.#clock.now();
    const ageNs = process.hrtime.bigint() - kernelNs;
    const isOurs = ageNs >= 0n && ageNs < MAX_AGE_NS;
    this.#mono = Math.max(this.#mono, isOurs ? mono - Math.round(Number(ageNs) / 1e6) : mono);
    return this.#mono;
  }

  async #pause(): Promise<void> {
    const millis = this.#pauseMs;
    this.#pauseMs = Math.min(millis * 2, LONGEST_PAUSE_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
