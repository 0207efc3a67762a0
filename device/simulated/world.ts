import type { SimulatedWorld, WorldChange, WorldState } from '../ports/simulated-world.ts';

/** What there is to turn. Absent: the camera has the real thing, or none. */
export interface WorldParts {
  readonly power?: {
    readonly percent: number;
    readonly charger: boolean;
    setPercent(percent: number): void;
    plugCharger(plugged: boolean): void;
  };
  readonly position?: { moveTo(position: { lat: number; lon: number }): void; lose(): void };
  /** What is lost stays lost until it is restored. */
  readonly sources?: {
    lose(source: 'picture' | 'sound'): void;
    restore(source: 'picture' | 'sound'): void;
  };
  readonly clock?: { stepWall(millis: number): void };
  readonly cutPower?: () => void;
}

/** A receiver says where it is once a second. */
const FIX_EVERY_MS = 1_000;

/** The world around a simulated camera. */
export class ScriptedWorld implements SimulatedWorld {
  readonly #parts: WorldParts;
  readonly #fixes: NodeJS.Timeout;
  readonly #listeners: ((state: WorldState) => void)[] = [];
  #place: { readonly lat: number; readonly lon: number };
  #signal: boolean;
  #sources = { picture: true, sound: true };
  #offsetMs = 0;

  /** Without a place there is no signal to begin with. */
  constructor(parts: WorldParts, place?: { readonly lat: number; readonly lon: number }) {
    this.#parts = parts;
    this.#place = place ?? { lat: 0, lon: 0 };
    this.#signal = place !== undefined;
    this.#fixes = setInterval(() => this.#fix(), FIX_EVERY_MS).unref();
    this.#fix();
  }

  state(): WorldState {
    const { power, position, sources, clock } = this.#parts;
    return {
      ...(power === undefined ? {} : { battery: { percent: power.percent, charger: power.charger } }),
      ...(position === undefined ? {} : { gps: { signal: this.#signal, ...this.#place } }),
      ...(sources === undefined ? {} : { sources: this.#sources }),
      ...(clock === undefined ? {} : { clock: { offsetMs: this.#offsetMs } }),
    };
  }

  change(change: WorldChange): void {
    const { power, clock } = this.#parts;
    if (change.battery !== undefined) power?.setPercent(change.battery);
    if (change.charger !== undefined) power?.plugCharger(change.charger);
    if (change.position !== undefined || change.signal !== undefined) {
      this.#place = change.position ?? this.#place;
      this.#signal = change.signal ?? this.#signal;
      this.#fix();
    }
    if (change.picture !== undefined) this.#plug('picture', change.picture);
    if (change.sound !== undefined) this.#plug('sound', change.sound);
    if (change.clockJumpMs !== undefined && clock !== undefined) {
      clock.stepWall(change.clockJumpMs);
      this.#offsetMs += change.clockJumpMs;
    }
    for (const listener of this.#listeners) listener(this.state());
  }

  watch(listener: (state: WorldState) => void): void {
    this.#listeners.push(listener);
  }

  cutPower(): void {
    this.#parts.cutPower?.();
  }

  close(): void {
    clearInterval(this.#fixes);
  }

  #fix(): void {
    if (this.#signal) this.#parts.position?.moveTo(this.#place);
    else this.#parts.position?.lose();
  }

  #plug(source: 'picture' | 'sound', plugged: boolean): void {
    if (this.#sources[source] === plugged) return;
    this.#sources = { ...this.#sources, [source]: plugged };
    if (plugged) this.#parts.sources?.restore(source);
    else this.#parts.sources?.lose(source);
  }
}
