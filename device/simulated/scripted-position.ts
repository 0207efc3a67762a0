import type { Position } from '@mingjing/protocol';
import type { Clock } from '../ports/clock.ts';
import type { PositionSource, ReceiverHealth } from '../ports/position-source.ts';
import type { TimeListener, TimeReading } from '../ports/time-source.ts';

const MAX_AGE_MS = 60_000;

/** A receiver that is where it is told to be. */
export class ScriptedPosition implements PositionSource {
  readonly #clock: Clock;
  #fix: { readonly position: Omit<Position, 'age'>; readonly mono: number } | undefined;
  #state: ReceiverHealth['state'] = 'searching';
  #fixes = 0;
  #listener: TimeListener | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  moveTo(position: Omit<Position, 'age'>): void {
    this.#fix = { position, mono: this.#clock.now().mono };
    this.#state = 'fix';
    this.#fixes += 1;
  }

  /** The sky is gone, or the line. The last fix grows old. */
  lose(state: Exclude<ReceiverHealth['state'], 'fix'> = 'searching'): void {
    this.#state = state;
  }

  /** Says what time it is. */
  tell(reading: Omit<TimeReading, 'source'>): void {
    this.#listener?.({ source: 'gnss', ...reading });
  }

  latest(): Position | undefined {
    if (this.#fix === undefined) return undefined;
    const age = this.#clock.now().mono - this.#fix.mono;
    return age > MAX_AGE_MS ? undefined : { ...this.#fix.position, age };
  }

  health(): ReceiverHealth {
    return { state: this.#state, sentences: { good: this.#fixes, bad: 0 } };
  }

  onTime(listener: TimeListener): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    this.#listener = undefined;
    return Promise.resolve();
  }
}
