import { reserved } from '../../../dock-agent/core/charge-budget.ts';
import { stepCharging } from '../../../dock-agent/core/charging.ts';
import {
  CHARGING_DEFAULTS,
  freshCharging,
  isClosed,
  type ChargeLight,
  type ChargingCommand,
  type ChargingEvent,
  type ChargingPlan,
  type ChargingState,
} from '../../../dock-agent/core/charging-model.ts';

/** Between two readings. */
export const TICK_MS = 250;

/** One bay as it is in truth. */
export interface TrueBay {
  /** What its camera takes when it can, milliamperes. */
  draw: number;
  celsius: number;
  welded: boolean;
  silent: boolean;
  broken: boolean;
  closed: boolean;
  light: ChargeLight;
  shown: string;
}

/** Relays, cameras and sensors around the reducer: readings follow from what flows, relays from commands. */
export class ChargeWorld {
  readonly plan: ChargingPlan;
  readonly bays = new Map<number, TrueBay>();
  /** `bay 1 charge-over-current critical`. */
  readonly alarms: string[] = [];
  readonly commands: ChargingCommand[] = [];
  readonly relays: string[] = [];
  state: ChargingState;
  now = 0;
  /** The most that ever flowed. */
  mostFlow = 0;
  mute = false;
  restarts = 0;

  constructor(count: number, plan: Partial<ChargingPlan> = {}) {
    this.plan = { ...CHARGING_DEFAULTS, budgetMilliamps: 10_000, ...plan };
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    for (const bay of numbers)
      this.bays.set(bay, {
        draw: 0,
        celsius: 25,
        welded: false,
        silent: false,
        broken: false,
        closed: false,
        light: 'off',
        shown: 'empty',
      });
    this.state = freshCharging(numbers, 0);
  }

  bay(number: number): TrueBay {
    const bay = this.bays.get(number);
    if (bay === undefined) throw new Error(`no bay ${number}`);
    return bay;
  }

  get flow(): number {
    return [...this.bays.values()].reduce((sum, bay) => sum + currentOf(bay), 0);
  }

  get reserved(): number {
    return reserved(this.state.bays.values(), this.plan);
  }

  get shown(): string[] {
    return [...this.bays.values()].map(({ shown }) => shown);
  }

  /** Puts a camera in that takes so much. */
  dock(number: number, draw = 1_000): void {
    this.bay(number).draw = draw;
    this.take({ type: 'docked', bay: number, at: this.now });
  }

  undock(number: number): void {
    this.bay(number).draw = 0;
    this.take({ type: 'undocked', bay: number, at: this.now });
  }

  up(): this {
    this.take({ type: 'board-up', at: this.now });
    return this;
  }

  lose(): void {
    for (const bay of this.bays.values()) bay.closed = false; // what the hardware must do
    this.take({ type: 'board-lost', detail: 'unplugged', at: this.now });
  }

  run(ms: number, tickMs = TICK_MS): void {
    for (const end = this.now + ms; this.now < end;) {
      this.now += tickMs;
      this.read();
    }
  }

  read(): void {
    const readings = [...this.bays]
      .filter(([, { silent }]) => !silent)
      .map(([bay, now]) => ({
        bay,
        milliamps: now.broken ? undefined : currentOf(now),
        celsius: now.celsius,
      }));
    const { board } = this.state;
    if (this.mute || board === 'lost') this.take({ type: 'tick', at: this.now });
    else this.take({ type: 'readings', readings, at: this.now });
  }

  take(event: ChargingEvent): void {
    this.mostFlow = Math.max(this.mostFlow, this.flow);
    const { state, commands } = stepCharging(this.state, event, this.plan);
    this.state = state;
    for (const command of commands) this.#execute(command);
    this.mostFlow = Math.max(this.mostFlow, this.flow);
  }

  #execute(command: ChargingCommand): void {
    this.commands.push(command);
    switch (command.type) {
      case 'relay':
        this.bay(command.bay).closed = command.closed;
        this.relays.push(`${command.bay} ${command.closed ? 'closed' : 'open'} ${this.now}`);
        return;
      case 'light':
        this.bay(command.bay).light = command.light;
        return;
      case 'show':
        this.bay(command.charge.bay).shown = command.charge.state;
        return;
      case 'alarm':
        this.alarms.push(
          `${command.bay === undefined ? 'board' : `bay ${command.bay}`} ${command.code} ${command.severity}`,
        );
        return;
      case 'restart-board':
        this.restarts += 1;
        return;
      default:
        command satisfies never;
    }
  }

  /** Relays as the reducer has them are relays as they are. */
  get agreed(): boolean {
    return [...this.state.bays.values()].every((bay) => isClosed(bay) === this.bay(bay.bay).closed);
  }
}

function currentOf({ draw, closed, welded }: TrueBay): number {
  return closed || welded ? draw : 0;
}
