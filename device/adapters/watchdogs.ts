import type { Watchdog } from '../ports/watchdog.ts';

/** All that watch this process. None: nobody does. */
export class Watchdogs implements Watchdog {
  readonly #all: readonly Watchdog[];

  constructor(all: readonly Watchdog[]) {
    this.#all = all;
  }

  ready(): void {
    for (const one of this.#all) one.ready();
  }

  pet(): void {
    for (const one of this.#all) one.pet();
  }

  status(words: string): void {
    for (const one of this.#all) one.status(words);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((one) => one.close()));
  }
}
