import type { ChargeLight } from '../core/charging-model.ts';
import type { ChargeBoard, ChargeBoardListener, ChargeSensor } from '../ports/charge-board.ts';

interface SimulatedBay {
  closedAt: number | undefined;
  light: ChargeLight;
  /** What a script makes the sensors see, 0 to 1. */
  readonly feels: Map<ChargeSensor, number>;
}

export interface SimulatedBoardOptions {
  readonly reportMs?: number;
  /** Of the cameras that stand in for real ones: from empty to full. */
  readonly chargeMs?: number;
}

const REPORT_MS = 100;
const CHARGE_MS = 20 * 60_000;
/** As ACS712 (5 A) and TMP36 show them on 5 V. */
const NO_CURRENT = 0.5;
const PER_AMPERE = 0.185 / 5;
const ROOM = 0.75 / 5;
const FULL_AMPERES = 0.06;
const EMPTY_AMPERES = 1.3;

/** A board that a script plugs, freezes and feeds. Unfed, behind each closed relay a camera charges until it is full. */
export class SimulatedChargeBoard implements ChargeBoard {
  readonly #bays: ReadonlyMap<number, SimulatedBay>;
  readonly #chargeMs: number;
  readonly #reportMs: number;
  #listener: ChargeBoardListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #plugged = true;
  #frozen = false;
  #told: 'nothing' | 'up' | 'lost' = 'nothing';
  beats = 0;
  restarts = 0;

  constructor(bays: readonly number[], options: SimulatedBoardOptions = {}) {
    this.#bays = new Map(
      bays.map((bay) => [bay, { closedAt: undefined, light: 'off' as const, feels: new Map() }]),
    );
    this.#reportMs = options.reportMs ?? REPORT_MS;
    this.#chargeMs = options.chargeMs ?? CHARGE_MS;
  }

  start(listener: ChargeBoardListener): void {
    this.#listener = listener;
    this.#timer = setInterval(() => this.#report(), this.#reportMs);
    queueMicrotask(() => this.#tell());
  }

  setRelay(bay: number, closed: boolean): void {
    const there = this.#bays.get(bay);
    if (there === undefined || !this.#listens()) return;
    there.closedAt = closed ? (there.closedAt ?? performance.now()) : undefined;
  }

  setLight(bay: number, light: ChargeLight): void {
    const there = this.#bays.get(bay);
    if (there !== undefined && this.#listens()) there.light = light;
  }

  beat(): void {
    if (this.#listens()) this.beats += 1;
  }

  restart(): void {
    this.restarts += 1;
    this.#makeSafe();
    this.#told = 'nothing';
    queueMicrotask(() => this.#tell());
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#listens()) this.#makeSafe();
    this.#listener = undefined;
    return Promise.resolve();
  }

  closed(bay: number): boolean {
    return this.#bays.get(bay)?.closedAt !== undefined;
  }

  light(bay: number): ChargeLight {
    return this.#bays.get(bay)?.light ?? 'off';
  }

  feel(bay: number, sensor: ChargeSensor, value: number): void {
    this.#bays.get(bay)?.feels.set(sensor, value);
  }

  plug(): void {
    this.#plugged = true;
    this.#tell();
  }

  unplug(): void {
    this.#plugged = false;
    this.#makeSafe();
    this.#tell();
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    this.#tell();
  }

  #listens(): boolean {
    return this.#told === 'up' && this.#plugged && !this.#frozen;
  }

  #tell(): void {
    const now = this.#plugged ? 'up' : 'lost';
    if (this.#listener === undefined || this.#told === now || (this.#plugged && this.#frozen)) return;
    this.#told = now;
    if (now === 'up') this.#listener.up();
    else this.#listener.lost('unplugged');
  }

  #makeSafe(): void {
    for (const bay of this.#bays.values()) {
      bay.closedAt = undefined;
      bay.light = 'off';
    }
  }

  #report(): void {
    if (!this.#listens()) return;
    for (const [bay, { feels, closedAt }] of this.#bays) {
      this.#listener?.report(bay, 'current', feels.get('current') ?? this.#camera(closedAt));
      this.#listener?.report(bay, 'temperature', feels.get('temperature') ?? ROOM);
    }
  }

  #camera(closedAt: number | undefined): number {
    if (closedAt === undefined) return NO_CURRENT;
    const left = Math.max(0, 1 - (performance.now() - closedAt) / this.#chargeMs);
    return NO_CURRENT + PER_AMPERE * (FULL_AMPERES + (EMPTY_AMPERES - FULL_AMPERES) * left);
  }
}
