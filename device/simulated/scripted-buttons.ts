import type { ButtonEdge, ButtonName, Buttons } from '../ports/buttons.ts';
import type { Clock } from '../ports/clock.ts';

/** Buttons that are pressed by a script. */
export class ScriptedButtons implements Buttons {
  readonly #clock: Clock;
  #listener: ((edge: ButtonEdge) => void) | undefined;
  #unheard: (() => void) | undefined;
  #trouble: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  listen(listener: (edge: ButtonEdge) => void, unheard?: () => void): void {
    if (this.#listener !== undefined) throw new Error('invariant: listened to once');
    this.#listener = listener;
    this.#unheard = unheard;
  }

  /** While there is trouble nobody hears it. */
  edge(button: ButtonName, down: boolean): void {
    if (this.#trouble === undefined) this.#listener?.({ button, down, mono: this.#clock.now().mono });
  }

  lose(why: string): void {
    this.#trouble = why;
    this.#unheard?.();
  }

  restore(): void {
    this.#trouble = undefined;
  }

  close(): Promise<void> {
    this.#listener = undefined;
    return Promise.resolve();
  }
}
