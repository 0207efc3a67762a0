import type { Position } from '@mingjing/protocol';
import type { Clock } from '../ports/clock.ts';
import type { PositionSource } from '../ports/position-source.ts';

const MAX_AGE_MS = 60_000;

/** A receiver that is where it is told to be. */
export class ScriptedPosition implements PositionSource {
  readonly #clock: Clock;
  #fix: { readonly position: Omit<Position, 'age'>; readonly mono: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  moveTo(position: Omit<Position, 'age'>): void {
    this.#fix = { position, mono: this.#clock.now().mono };
  }

  latest(): Position | undefined {
    if (this.#fix === undefined) return undefined;
    const age = this.#clock.now().mono - this.#fix.mono;
    return age > MAX_AGE_MS ? undefined : { ...this.#fix.position, age };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
