import { RuntimeError, type Log } from '@mingjing/runtime';
import { FirmataBoard } from './adapters/firmata-board/firmata-board.ts';
import type { DockConfig } from './config.ts';
import type { ChargingConfig } from './config-charging.ts';
import { CHARGE_SENSORS } from './core/charge-sensors.ts';
import { CHARGING_DEFAULTS, type ChargingPlan } from './core/charging-model.ts';
import type { ChargeBoard } from './ports/charge-board.ts';
import type { Clock } from './ports/clock.ts';
import type { Messages } from './ports/messages.ts';
import type { Presence } from './ports/presence.ts';
import { ChargingRunner } from './shell/charging-runner.ts';
import { SimulatedChargeBoard } from './simulated/charge-board.ts';

interface ChargingWorld {
  readonly messages: Messages;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Charging {
  /** The same presence, watched if the bay is on a charging board. */
  watch(bay: number, presence: Presence): Presence;
  /** By a technician's hand. Nothing of it is kept here. */
  switchBay(bay: number, on: boolean): void;
  start(): void;
  /** Before the messages are closed. */
  stop(): Promise<void>;
}

/** undefined: not configured. A board that is missing is an alarm, and no reason to stop moving footage. */
export function buildCharging(config: DockConfig, world: ChargingWorld): Charging | undefined {
  if (config.charging === undefined) return undefined;
  const runners = boardsOf(config).map((board) => {
    const bays = board.bays.map(({ bay }) => bay);
    const sensors = { ...CHARGE_SENSORS, ...board.sensors };
    const { messages, clock } = world;
    const log = world.log.child({ charging: bays });
    return new ChargingRunner({
      board: boardOf(board, log),
      bays,
      plan: planOf(board),
      sensors,
      messages,
      clock,
      log,
    });
  });
  const of = (bay: number): ChargingRunner | undefined => runners.find(({ bays }) => bays.includes(bay));
  return {
    watch: (bay, presence) => of(bay)?.watch(bay, presence) ?? presence,
    switchBay: (bay, on) => of(bay)?.switchBay(bay, on),
    start: () => {
      for (const runner of runners) runner.start();
    },
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}

function boardOf(config: ChargingConfig, log: Log): ChargeBoard {
  if (config.kind === 'simulated') return new SimulatedChargeBoard(config.bays.map(({ bay }) => bay));
  const { port, bays, heartbeatPin } = config;
  return new FirmataBoard({ path: port, bays, heartbeatPin }, log);
}

function planOf({ budgetMilliamps, limits }: ChargingConfig): ChargingPlan {
  return { ...CHARGING_DEFAULTS, ...limits, budgetMilliamps };
}

function boardsOf({ charging }: DockConfig): readonly ChargingConfig[] {
  if (charging === undefined) return [];
  return Array.isArray(charging) ? charging : [charging];
}

/** What the schema cannot say. `code` 'bad-config'. */
export function requireCharging(config: DockConfig): void {
  const boards = boardsOf(config);
  const known = new Set(config.bays.map(({ bay }) => bay));
  const bays = boards.flatMap((board) => board.bays.map(({ bay }) => bay));
  requireDistinct(bays, 'charging: two places charge one bay');
  const stranger = bays.find((bay) => !known.has(bay));
  if (stranger !== undefined) throw wrong(`charging: there is no bay ${stranger}`);
  for (const board of boards) {
    requireSense(planOf(board));
    if (board.kind === 'firmata') requirePins(board);
  }
}

function requireSense(plan: ChargingPlan): void {
  const { budgetMilliamps, startMilliamps, marginMilliamps, maxMilliamps, fullMilliamps, noLoadMilliamps } =
    plan;
  if (budgetMilliamps < Math.max(startMilliamps, marginMilliamps))
    throw wrong(
      `charging: with ${budgetMilliamps} mA no bay could ever start, which takes ${startMilliamps} mA`,
    );
  if (maxMilliamps < startMilliamps) throw wrong('charging: startMilliamps is above maxMilliamps');
  if (noLoadMilliamps > fullMilliamps || fullMilliamps > maxMilliamps)
    throw wrong('charging: noLoadMilliamps, fullMilliamps and maxMilliamps must ascend');
  if (plan.minCelsius + plan.hysteresisCelsius >= plan.maxCelsius - plan.hysteresisCelsius)
    throw wrong(
      'charging: between minCelsius and maxCelsius there must be more than twice hysteresisCelsius',
    );
}

function requirePins(board: Extract<ChargingConfig, { kind: 'firmata' }>): void {
  const { heartbeatPin } = board;
  const outputs = board.bays.flatMap(({ relayPin, redPin, greenPin }) => [relayPin, redPin, greenPin]);
  requireDistinct(
    heartbeatPin === undefined ? outputs : [...outputs, heartbeatPin],
    'charging: one pin is used twice',
  );
  const inputs = board.bays.flatMap(({ currentPin, temperaturePin }) => [currentPin, temperaturePin]);
  requireDistinct(inputs, 'charging: one analog pin is used twice');
}

function requireDistinct(values: readonly number[], mistake: string): void {
  if (new Set(values).size < values.length) throw wrong(mistake);
}

function wrong(mistake: string): RuntimeError {
  return new RuntimeError('bad-config', mistake);
}
