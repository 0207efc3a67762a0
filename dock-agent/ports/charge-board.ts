import type { ChargeLight } from '../core/charging-model.ts';

export type ChargeSensor = 'current' | 'temperature';

/** Never called again once `stop` has been called. */
export interface ChargeBoardListener {
  /**
   * The board answers, every relay is open and every light is out, whatever was there before. Called anew each time it
   * comes back: what was set before holds no longer.
   */
  up(): void;
  /** One raw report that the board made just now, as a part of the converter's full scale: 0 to 1. NEVER a value repeated. */
  report(bay: number, sensor: ChargeSensor, value: number): void;
  /** It does not answer; `why` is for the technician. Called once until it is up again, also when it never was. */
  lost(why: string): void;
}

/**
 * Relays, lights and sensors of some bays on one board.
 *
 * Reports come several times a second while the board lives, and stop with it: who wants to know whether it lives
 * watches them. The adapter tries for ever to reach a board that is away, with growing pauses. Nothing here throws or
 * blocks: orders to a board that is away, or about a bay it does not have, are dropped. Orders are carried out in the
 * order in which they were given.
 *
 * The hardware MUST open every relay when this process or its line ends: relays normally open, active high, their coils
 * behind a watchdog that `beat` feeds.
 */
export interface ChargeBoard {
  start(listener: ChargeBoardListener): void;
  setRelay(bay: number, closed: boolean): void;
  setLight(bay: number, light: ChargeLight): void;
  /** To be called about once a second while all is well: a watchdog on the board may cut all relays without it. */
  beat(): void;
  /** Closes the line and opens it anew, which resets most boards. `up` follows, or `lost`. */
  restart(): void;
  /** All relays open, all lights out, if the board still listens; then nothing runs any more. */
  stop(): Promise<void>;
}
