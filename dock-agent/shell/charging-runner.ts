import { randomBytes, toHex } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { readingOf, type ChargeSensors } from '../core/charge-sensors.ts';
import { stepCharging } from '../core/charging.ts';
import {
  freshCharging,
  type ChargeReading,
  type ChargingCommand,
  type ChargingEvent,
  type ChargingPlan,
  type ChargingState,
} from '../core/charging-model.ts';
import type { ChargeBoard, ChargeSensor } from '../ports/charge-board.ts';
import type { Clock } from '../ports/clock.ts';
import type { Messages } from '../ports/messages.ts';
import type { Presence } from '../ports/presence.ts';

export interface ChargingParts {
  readonly board: ChargeBoard;
  readonly bays: readonly number[];
  readonly plan: ChargingPlan;
  readonly sensors: ChargeSensors;
  readonly messages: Messages;
  readonly clock: Clock;
  readonly log: Log;
}

/** Reports are gathered for so long: one reading is their mean. */
const READING_MS = 250;
const BEAT_MS = 1_000;

type Executors = { [T in ChargingCommand['type']]: (command: Extract<ChargingCommand, { type: T }>) => void };

/** The loop of one charging board. Whatever becomes of it, footage moves on. */
export class ChargingRunner {
  readonly #parts: ChargingParts;
  readonly #executors: Executors;
  readonly #sums = new Map<number, Readonly<Record<ChargeSensor, Sum>>>();
  #state: ChargingState;
  #timer: { cancel(): void } | undefined;
  #beatAt = Number.NEGATIVE_INFINITY;

  constructor(parts: ChargingParts) {
    this.#parts = parts;
    this.#state = freshCharging(parts.bays, parts.clock.now());
    const { board, messages, log } = parts;
    this.#executors = {
      relay: ({ bay, closed }) => board.setRelay(bay, closed),
      light: ({ bay, light }) => board.setLight(bay, light),
      'restart-board': () => {
        log.warn('the charging board is silent: it is restarted');
        board.restart();
      },
      show: ({ charge }) => {
        log.debug(charge, 'charge');
        messages.showCharge(charge);
      },
      alarm: ({ bay, code, severity, detail }) => {
        const id = toHex(randomBytes(16));
        messages.alarm({ bay, camera: undefined, id, code, severity, detail });
      },
    };
  }

  get bays(): readonly number[] {
    return this.#parts.bays;
  }

  start(): void {
    for (const bay of this.bays) this.#sums.set(bay, { current: new Sum(), temperature: new Sum() });
    this.#tick();
    this.#parts.board.start({
      up: () => this.#dispatch({ type: 'board-up', at: this.#now() }),
      lost: (detail) => this.#dispatch({ type: 'board-lost', detail, at: this.#now() }),
      report: (bay, sensor, value) => this.#sums.get(bay)?.[sensor].add(value),
    });
  }

  /** All relays are open when it resolves, if the board listens. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#parts.board.stop();
  }

  /** The same presence: the bay charges while a camera sits in it. */
  watch(bay: number, presence: Presence): Presence {
    const tell = (present: boolean): void =>
      this.#dispatch({ type: present ? 'docked' : 'undocked', bay, at: this.#now() });
    return {
      start: (onChange) =>
        presence.start((present) => {
          onChange(present);
          tell(present);
        }),
      stop: async () => {
        await presence.stop();
        tell(false);
      },
    };
  }

  /** By a technician's hand. */
  switchBay(bay: number, on: boolean): void {
    this.#parts.log.info({ bay, on }, 'charging switched by hand');
    this.#dispatch({ type: on ? 'bay-on' : 'bay-off', bay, at: this.#now() });
  }

  #tick(): void {
    const at = this.#now();
    const readings = this.bays.flatMap((bay) => this.#reading(bay) ?? []);
    this.#dispatch(readings.length > 0 ? { type: 'readings', readings, at } : { type: 'tick', at });
    if (readings.length > 0 && at - this.#beatAt >= BEAT_MS) {
      this.#beatAt = at;
      this.#parts.board.beat();
    }
    this.#timer = this.#parts.clock.after(READING_MS, () => this.#tick());
  }

  /** undefined: the board has not yet reported both sensors anew. */
  #reading(bay: number): (ChargeReading & { readonly bay: number }) | undefined {
    const sums = this.#sums.get(bay);
    if (sums === undefined || sums.current.count === 0 || sums.temperature.count === 0) return undefined;
    return { bay, ...readingOf(sums.current.take(), sums.temperature.take(), this.#parts.sensors) };
  }

  #dispatch(event: ChargingEvent): void {
    if (event.type === 'board-up') for (const sums of this.#sums.values()) forget(sums);
    const { state, commands } = stepCharging(this.#state, event, this.#parts.plan);
    this.#state = state;
    for (const command of commands) this.#execute(command);
  }

  #execute(command: ChargingCommand): void {
    const execute = this.#executors[command.type] as (command: ChargingCommand) => void;
    execute(command);
  }

  #now(): number {
    return this.#parts.clock.now();
  }
}

class Sum {
  #sum = 0;
  count = 0;

  add(value: number): void {
    this.#sum += value;
    this.count += 1;
  }

  /** Their mean, and begins anew. */
  take(): number {
    const mean = this.#sum / this.count;
    this.#sum = 0;
    this.count = 0;
    return mean;
  }
}

function forget(sums: Readonly<Record<ChargeSensor, Sum>>): void {
  sums.current.take();
  sums.temperature.take();
}
