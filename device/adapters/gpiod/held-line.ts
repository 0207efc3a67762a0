import { holdPlan, type HoldStep, type LineRhythm } from '../../core/gpiod.ts';
import { dismiss, ended, type GpiodChip } from './gpiod-chip.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A `gpioset` that cannot have its line leaves sooner than this. */
const HEALTHY_MS = 300;
/** After one that was told to leave before it had shown that it works. */
const UNPROVEN_MS = 100;
const OFF: LineRhythm = { level: false };

/**
 * One output line and whoever holds it: at most one process at any moment, the next begun when the last is gone,
 * because a line is given to one only.
 */
export class HeldLine {
  readonly #chip: GpiodChip;
  readonly #use: string;
  #wanted: LineRhythm = OFF;
  #generation = 0;
  #interrupt: (() => void) | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #closed = false;
  readonly #living: Promise<void>;
  trouble: string | undefined;

  constructor(chip: GpiodChip, use: string) {
    this.#chip = chip;
    this.#use = use;
    this.#living = this.#live();
  }

  play(rhythm: LineRhythm): void {
    this.#wanted = rhythm;
    this.#generation += 1;
    this.#interrupt?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#generation += 1;
    this.#interrupt?.();
    await this.#living;
  }

  async #live(): Promise<void> {
    while (!this.#isClosed()) {
      const generation = this.#generation;
      try {
        await this.#play(this.#wanted, generation);
        if (this.#generation === generation) this.#wanted = OFF;
      } catch (error) {
        this.trouble = error instanceof Error ? error.message : 'unknown error';
        this.#chip.forget();
        await this.#pause();
      }
    }
  }

  async #play(rhythm: LineRhythm, generation: number): Promise<void> {
    const { major, name, offsets } = await this.#chip.find();
    const plan = holdPlan(major, name, offsets.get(this.#use) ?? 0, rhythm, this.#chip.options);
    do {
      for (const step of plan.steps) {
        if (this.#generation !== generation) return;
        await this.#hold(step, generation);
      }
    } while (plan.repeat && this.#generation === generation);
  }

  /** Until its time is up, it has left as it should, or something else is wanted. Rejects if it left too soon. */
  async #hold({ args, millis, leaves }: HoldStep, generation: number): Promise<void> {
    const child = await this.#chip.start('gpioset', args);
    const gone = ended(child);
    const asked = new AbortController();
    asked.signal.addEventListener('abort', () => dismiss(child), { once: true });
    const leave = (): void => asked.abort();
    this.#interrupt = leave;
    if (this.#generation !== generation) leave();
    const timer = millis === undefined ? undefined : setTimeout(leave, millis);
    const proof: { given: boolean } = { given: false };
    const prove = (): void => {
      proof.given = true;
      this.#works();
    };
    const healthy = setTimeout(prove, Math.min(millis ?? HEALTHY_MS, HEALTHY_MS));
    const why = await gone;
    clearTimeout(timer);
    clearTimeout(healthy);
    this.#interrupt = undefined;
    // One that was asked to leave ends well, or by our signal; one that failed by itself failed, whoever asked.
    const obeyed = child.exitCode === 0 || child.signalCode !== null;
    if (asked.signal.aborted && obeyed) {
      if (!proof.given && millis === undefined) await this.#rest(UNPROVEN_MS);
      return;
    }
    if (leaves !== true || child.exitCode !== 0) throw new Error(`gpioset, ${this.#use}: ${why}`);
    this.#works();
  }

  #works(): void {
    this.trouble = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Whatever is wanted meanwhile waits: tools that fail are not to be started in a storm. */
  async #pause(): Promise<void> {
    const millis = this.#pauseMs;
    this.#pauseMs = Math.min(millis * 2, LONGEST_PAUSE_MS);
    await this.#rest(millis);
  }

  /** Only closing cuts it short. */
  async #rest(millis: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#interrupt = () => {
        if (!this.#isClosed()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#interrupt = undefined;
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
