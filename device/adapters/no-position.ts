import type { PositionSource, ReceiverHealth } from '../ports/position-source.ts';

/** A camera without a receiver. */
export class NoPosition implements PositionSource {
  latest(): undefined {
    return undefined;
  }

  health(): ReceiverHealth {
    return { state: 'none', sentences: { good: 0, bad: 0 } };
  }

  onTime(): void {
    // nobody says what time it is
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
