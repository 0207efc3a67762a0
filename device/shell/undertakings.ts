interface Undertaking {
  readonly dueMono: number;
}

/** What was begun and has to end within its time, such as opening a medium. One that hangs must not hang unseen. */
export class Undertakings {
  readonly #now: () => number;
  readonly #running = new Set<Undertaking>();

  /** `now`: milliseconds of the monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Some one of them should have ended by now. */
  get overdue(): boolean {
    const mono = this.#now();
    return [...this.#running].some(({ dueMono }) => mono >= dueMono);
  }

  async within<T>(limitMs: number, act: () => Promise<T>): Promise<T> {
    const undertaking = { dueMono: this.#now() + limitMs };
    this.#running.add(undertaking);
    try {
      return await act();
    } finally {
      this.#running.delete(undertaking);
    }
  }
}
