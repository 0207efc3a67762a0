import { freshStation, learnStation, stationView, type StationState } from '../core/station.ts';
import type { StationEvent, StationView, StorageView } from '../core/station-model.ts';
import type { Clock } from '../ports/clock.ts';
import type { Messages } from '../ports/messages.ts';
import type { Station } from '../ports/station.ts';

/** What nobody tells by itself, and is asked for. */
export interface StationSources {
  readonly storage: () => StorageView | undefined;
  /** undefined: the archive was not asked yet. */
  readonly uplinkUp: () => boolean | undefined;
}

const ASK_EVERY_MS = 1_000;

type WithoutTime<E> = E extends unknown ? Omit<E, 'at'> : never;

/** Follows what the dock tells, for the page. */
export class StationFeed implements Station {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #state: StationState;
  #timer: { cancel(): void } | undefined;

  constructor(bays: readonly number[], clock: Clock) {
    this.#clock = clock;
    this.#state = freshStation(bays, Date.parse(clock.wall()));
  }

  view(): StationView {
    return stationView(this.#state);
  }

  watch(onChange: () => void): () => void {
    this.#listeners.add(onChange);
    return () => void this.#listeners.delete(onChange);
  }

  /** What is told goes on to `told`, and is followed on the way. */
  beside(told: Messages): Messages {
    return {
      showBay: (bay, state, camera) => {
        this.learn({ type: 'bay', bay, state, camera });
        told.showBay(bay, state, camera);
      },
      progress: (progress) => {
        this.learn({ type: 'progress', ...progress });
        told.progress(progress);
      },
      alarm: (alarm) => {
        told.alarm(alarm); // first: it is to survive a kill
        this.learn({ type: 'alarm', ...alarm });
      },
      showCharge: (charge) => {
        this.learn({ type: 'charge', ...charge });
        told.showCharge(charge);
      },
      showCamera: (facts) => {
        this.learn({ type: 'camera', ...facts });
        told.showCamera(facts);
      },
      close: () => told.close(),
    };
  }

  learn(event: WithoutTime<StationEvent>): void {
    const next = learnStation(this.#state, { ...event, at: Date.parse(this.#clock.wall()) });
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }

  start(sources: StationSources): void {
    this.learn({ type: 'tick' });
    this.learn({ type: 'uplink', up: sources.uplinkUp() });
    this.learn({ type: 'storage', storage: sources.storage() });
    this.#timer = this.#clock.after(ASK_EVERY_MS, () => this.start(sources));
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
