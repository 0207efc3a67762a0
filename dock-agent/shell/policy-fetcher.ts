import { openPolicy, type ArchiveNote } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import type { Clock } from '../ports/clock.ts';
import type { PolicySource } from '../ports/policy-source.ts';

const EVERY_MS = 15 * 60_000;
const MAX_MS = 60_000;

export interface PolicyFetcherParts {
  /** What the archive hands out; undefined: nothing. */
  readonly ask: (signal: AbortSignal) => Promise<ArchiveNote | undefined>;
  readonly policies: PolicySource;
  /** Durable when it returns. */
  readonly keep: (delivery: ArchiveNote) => void;
  readonly trust: Trust;
  readonly clock: Clock;
  readonly log: Log;
}

/** Asks the archive for the agency's policy, so that cameras get it also while the archive cannot be reached. */
export class PolicyFetcher {
  readonly #parts: PolicyFetcherParts;
  readonly #ending = new AbortController();
  #timer: { cancel(): void } | undefined;
  #asking: Promise<void> = Promise.resolve();

  constructor(parts: PolicyFetcherParts) {
    this.#parts = parts;
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
    const { ask, policies, keep, trust, clock, log } = this.#parts;
    try {
      const delivery = await ask(AbortSignal.any([this.#ending.signal, AbortSignal.timeout(MAX_MS)]));
      if (delivery === undefined) return;
      const { policy } = openPolicy(delivery, { ...trust, at: clock.wall() });
      const held = await policies.current();
      if (held !== undefined && held.version >= policy.version) return;
      keep(delivery);
      log.info({ version: policy.version }, 'the archive handed out a newer policy');
    } catch (err) {
      log.info({ err }, 'the policy could not be fetched; it is asked for again');
    }
  }
}
