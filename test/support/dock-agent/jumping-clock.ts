import type { Clock } from '../../../dock-agent/ports/clock.ts';

/**
 * A clock without waiting: once the event loop has nothing at hand, time jumps to the next timer. Pauses of hours
 * take no time, and their order holds.
 */
export class JumpingClock implements Clock {
  #now = 0;
  #sequence = 0;
  readonly #timers = new Map<number, { at: number; then: () => void }>();
  #jumping = false;

  now(): number {
    return this.#now;
  }

  wall(): string {
    return new Date(Date.parse('2026-11-20T08:00:00.000Z') + this.#now).toISOString();
  }

  after(ms: number, then: () => void): { cancel(): void } {
    const id = (this.#sequence += 1);
    this.#timers.set(id, { at: this.#now + ms, then });
    this.#jumpSoon();
    return { cancel: () => void this.#timers.delete(id) };
  }

  #jumpSoon(): void {
    if (this.#jumping) return;
    this.#jumping = true;
    setImmediate(() => {
      this.#jumping = false;
      const [next] = [...this.#timers].toSorted(([a, x], [b, y]) => x.at - y.at || a - b);
      if (next === undefined) return;
      const [id, { at, then }] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      then();
      if (this.#timers.size > 0) this.#jumpSoon();
    });
  }
}
