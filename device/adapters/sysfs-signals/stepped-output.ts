import type { LineRhythm } from '../../core/gpiod.ts';

const RETRY_MS = 5_000;

/** What a level is written to. Both reject if the device is not there, or does not take it. */
export interface Output {
  /** Before the first level, and after each failure. */
  open(): Promise<void>;
  set(on: boolean): Promise<void>;
}

/**
 * An output led through a rhythm by our own timers. The kernel could blink by itself, but it would go on doing so
 * when the camera hangs: a light that still moves is to mean a camera that still lives.
 *
 * One write at a time; a level that comes while one is written takes the place of what waits.
 */
export class SteppedOutput {
  readonly #output: Output;
  #level = false;
  #written: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  trouble: string | undefined;

  constructor(output: Output) {
    this.#output = output;
    this.#write();
  }

  play(rhythm: LineRhythm): void {
    clearTimeout(this.#timer);
    if ('level' in rhythm) this.#set(rhythm.level);
    else this.#step(rhythm.millis, rhythm.repeat, 0);
  }

  async close(): Promise<void> {
    this.play({ level: false });
    clearTimeout(this.#retry);
    await this.#writing;
    clearTimeout(this.#retry);
  }

  #step(millis: readonly number[], repeat: boolean, n: number): void {
    const beat = millis[n];
    if (beat === undefined) {
      if (repeat && millis.length > 0) this.#step(millis, repeat, 0);
      else this.#set(false);
      return;
    }
    this.#set(n % 2 === 0);
    this.#timer = setTimeout(() => this.#step(millis, repeat, n + 1), beat);
  }

  #set(level: boolean): void {
    this.#level = level;
    this.#write();
  }

  #write(): void {
    // While it does not work it is tried now and then, not at every beat.
    if (this.#retry !== undefined) return;
    this.#writing ??= this.#work().finally(() => {
      this.#writing = undefined;
    });
  }

  async #work(): Promise<void> {
    try {
      if (this.#written === undefined) await this.#output.open();
      while (this.#written !== this.#level) {
        const level = this.#level;
        await this.#output.set(level);
        this.#written = level;
      }
      this.trouble = undefined;
    } catch (error) {
      this.#written = undefined;
      this.trouble = error instanceof Error ? error.message : 'unknown error';
      this.#retry = setTimeout(() => {
        this.#retry = undefined;
        this.#write();
      }, RETRY_MS);
    }
  }
}
