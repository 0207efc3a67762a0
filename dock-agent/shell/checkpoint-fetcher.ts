import { openCustodyCheckpoint, type ArchiveNote } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import type { CheckpointInHand, CheckpointSource } from '../ports/checkpoint-source.ts';
import type { Clock } from '../ports/clock.ts';

const EVERY_MS = 5 * 60_000;
const MAX_MS = 30_000;

export interface CheckpointFetcherParts {
  readonly ask: (signal: AbortSignal) => Promise<ArchiveNote>;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks the archive how far its custody log has come, where this dock is no witness of it. */
export class CheckpointFetcher implements CheckpointSource {
  readonly #parts: CheckpointFetcherParts;
  readonly #ending = new AbortController();
  #latest: CheckpointInHand | undefined;
  #timer: { cancel(): void } | undefined;
  #asking: Promise<void> = Promise.resolve();

  constructor(parts: CheckpointFetcherParts) {
    this.#parts = parts;
  }

  latest(): CheckpointInHand | undefined {
    return this.#latest;
  }

  start(): void {
    if (this.#ending.signal.aborted) return;
    this.#asking = this.#ask().then(() => {
      if (this.#ending.signal.aborted) return;
      this.#timer = this.#parts.clock.after(EVERY_MS, () => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    this.#timer?.cancel();
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { ask, trust, clock, log } = this.#parts;
    try {
      const delivery = await ask(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(MAX_MS)]));
      const { checkpoint } = openCustodyCheckpoint(delivery, { ...trust, at: clock.wall() });
      this.#latest = { origin: checkpoint.origin, size: checkpoint.size, delivery };
    } catch (err) {
      this.#latest = undefined;
      if (!this.#ending.signal.aborted)
        log.info({ err }, 'no checkpoint of the archive’s log is at hand; it is asked for again');
    }
  }
}
