/** The world around a simulated camera, as it is now. What is absent is not simulated here. */
export interface WorldState {
  readonly battery?: { readonly percent: number; readonly charger: boolean };
  readonly gps?: { readonly signal: boolean; readonly lat: number; readonly lon: number };
  /** Plugged in. */
  readonly sources?: { readonly picture: boolean; readonly sound: boolean };
  /** How far the wall clock was set, all in all. */
  readonly clock?: { readonly offsetMs: number };
}

/** What is done to it: every field for itself. */
export interface WorldChange {
  /** 0 to 100. */
  readonly battery?: number;
  readonly charger?: boolean;
  readonly position?: { readonly lat: number; readonly lon: number };
  readonly signal?: boolean;
  /** Plugged in, or pulled out. */
  readonly picture?: boolean;
  readonly sound?: boolean;
  /** Sets the wall clock by so much. */
  readonly clockJumpMs?: number;
}

/** What no camera can do to itself, but a demonstration or a test can. */
export interface SimulatedWorld {
  state(): WorldState;
  /** A change of what is not simulated here is passed over. Never throws. */
  change(change: WorldChange): void;
  /** Called after every change. A listener MUST NOT throw. */
  watch(listener: (state: WorldState) => void): void;
  /** The battery is pulled: the process is gone at once, as with SIGKILL. Does not return in a real world. */
  cutPower(): void;
}
