import type { Presence } from '../ports/presence.ts';

/** A bay into which a script puts a camera. */
export class SimulatedPresence implements Presence {
  #onChange: ((present: boolean) => void) | undefined;
  #present = false;
  #told = false;

  /** A camera that is in when sensing starts is told of soon after. */
  start(onChange: (present: boolean) => void): void {
    this.#onChange = onChange;
    queueMicrotask(() => this.#tell());
  }

  stop(): Promise<void> {
    this.#onChange = undefined;
    return Promise.resolve();
  }

  insert(): void {
    this.#present = true;
    this.#tell();
  }

  pull(): void {
    this.#present = false;
    this.#tell();
  }

  #tell(): void {
    if (this.#onChange === undefined || this.#told === this.#present) return;
    this.#told = this.#present;
    this.#onChange(this.#present);
  }
}
