/** Where a bay is with charging its camera. A bay that a technician switched off shows `fault`, without an alarm. */
export type ShownCharge = 'empty' | 'waiting' | 'starting' | 'charging' | 'full' | 'fault';

export type ChargeLight = 'off' | 'red' | 'green' | 'amber';

/** What stands against one bay. Each is told once, and once more when it is well again. */
export type BayFault =
  | 'charge-over-current'
  | 'charge-over-temperature'
  | 'charge-under-temperature'
  | 'charge-relay-stuck' // current flows though the relay is off
  | 'charge-sensor-fault' // a reading no sensor can give
  | 'charge-readings-stale'
  | 'charge-no-current'; // a camera sits there and takes nothing: its contacts

/** What stands against the board or the supply. */
export type BoardFault = 'charge-board-lost' | 'charge-readings-stale' | 'charge-budget';

export type ChargeAlarmCode = BayFault | BoardFault;

/** What people are told of a bay. */
export interface ChargeShown {
  readonly bay: number;
  readonly state: ShownCharge;
  /** Milliamperes, degrees Celsius; undefined while nobody can say. */
  readonly milliamps: number | undefined;
  readonly celsius: number | undefined;
}

export interface ChargingLimits {
  /** A bay that takes more is switched off. */
  readonly maxMilliamps: number;
  /** Set aside for a bay that starts, whatever it takes. */
  readonly startMilliamps: number;
  /** Set aside for a bay that charges, above what it took at the last reading. */
  readonly marginMilliamps: number;
  /** Below it for `fullMs` the camera counts as full; it counts as charging again once it takes half as much more. */
  readonly fullMilliamps: number;
  /** Below it a camera takes nothing at all. 0: never judged. */
  readonly noLoadMilliamps: number;
  /** More than this through an open relay: it is stuck. */
  readonly stuckMilliamps: number;
  /** An empty bay's current sensor may be off zero by this; what is off is taken away. */
  readonly zeroMilliamps: number;
  readonly maxCelsius: number;
  readonly minCelsius: number;
  /** Back by this much before it is well again. */
  readonly hysteresisCelsius: number;
  readonly hysteresisMilliamps: number;
}

export interface ChargingTimes {
  /** `starting` lasts this long. */
  readonly startMs: number;
  /** Between two relays that close, and after one that opened. */
  readonly staggerMs: number;
  readonly fullMs: number;
  readonly noLoadMs: number;
  /** No reading for so long: stale. */
  readonly staleMs: number;
  /** A relay needs this long, and so does the reading after it. */
  readonly settleMs: number;
  readonly overCurrentMs: number;
  readonly overTemperatureMs: number;
  readonly sensorMs: number;
  /** Well for so long: well again. */
  readonly wellMs: number;
  /** Before a bay starts anew: the first pause, and the longest. */
  readonly pauseFirstMs: number;
  readonly pauseMostMs: number;
  /** No fault for so long: the pauses begin anew. */
  readonly calmMs: number;
  /** Readings that moved are told no more often. */
  readonly tellMs: number;
}

export type ChargingRules = ChargingLimits & ChargingTimes;

/** For one lithium cell behind USB at 5 V: charged between 0 and 45 °C, with 2 A at most. */
export const CHARGING_DEFAULTS: ChargingRules = {
  maxMilliamps: 2_000,
  startMilliamps: 2_000,
  marginMilliamps: 150,
  fullMilliamps: 120,
  noLoadMilliamps: 15,
  stuckMilliamps: 250,
  zeroMilliamps: 150,
  maxCelsius: 45,
  minCelsius: 0,
  hysteresisCelsius: 5,
  hysteresisMilliamps: 200,
  startMs: 5_000,
  staggerMs: 1_000,
  fullMs: 300_000,
  noLoadMs: 60_000,
  staleMs: 2_000,
  settleMs: 1_000,
  overCurrentMs: 500,
  overTemperatureMs: 2_000,
  sensorMs: 1_000,
  wellMs: 10_000,
  pauseFirstMs: 30_000,
  pauseMostMs: 900_000,
  calmMs: 600_000,
  tellMs: 10_000,
};

export interface ChargingPlan extends ChargingRules {
  /** What the supply gives to all bays together. */
  readonly budgetMilliamps: number;
}

/** undefined: outside what a sensor can give. `milliamps` as the sensor has it, its zero not yet taken away. */
export interface ChargeReading {
  readonly milliamps: number | undefined;
  readonly celsius: number | undefined;
}

/** Since when a fault is suspected, stands, or is well: milliseconds. */
export interface Standing {
  readonly suspectSince: number | undefined;
  readonly stands: boolean;
  readonly wellSince: number | undefined;
}

export type Phase = 'empty' | 'waiting' | 'starting' | 'charging' | 'full';

export interface BayCharging {
  readonly bay: number;
  readonly present: boolean;
  /** By a technician's hand. */
  readonly off: boolean;
  readonly phase: Phase;
  /** Of the phase. */
  readonly since: number;
  /** Milliamperes with the zero taken away, never negative. */
  readonly reading: ChargeReading | undefined;
  /** Of the last reading, or of when the board came. */
  readonly heardAt: number;
  /** What the current sensor shows of an empty bay. */
  readonly zero: number;
  readonly lowSince: number | undefined;
  /** When its relay last closed, and when it last opened. */
  readonly startedAt: number;
  readonly openedAt: number;
  readonly faults: ReadonlyMap<BayFault, Standing>;
  /** Faults since it was last calm: the next pause grows with them. */
  readonly attempts: number;
  readonly notBefore: number;
  readonly calmSince: number;
}

export interface ChargingState {
  readonly board: 'up' | 'lost';
  readonly boardFaults: ReadonlyMap<BoardFault, Standing>;
  /** Times the board was lost since it was last calm. */
  readonly losses: number;
  readonly calmSince: number;
  readonly restartAt: number;
  /** When a relay last closed. */
  readonly closedAt: number;
  readonly bays: ReadonlyMap<number, BayCharging>;
  readonly told: ReadonlyMap<number, { readonly charge: ChargeShown; readonly at: number }>;
}

/** `at`: milliseconds of a clock that never runs backwards. */
interface Happened {
  readonly at: number;
}
interface OfBay extends Happened {
  readonly bay: number;
}

export type ChargingEvent =
  | (OfBay & { readonly type: 'docked' | 'undocked' | 'bay-off' | 'bay-on' })
  | (Happened & {
      readonly type: 'readings';
      readonly readings: readonly (ChargeReading & { readonly bay: number })[];
    })
  /** It answers, and all its relays are open. */
  | (Happened & { readonly type: 'board-up' })
  | (Happened & { readonly type: 'board-lost'; readonly detail: string })
  | (Happened & { readonly type: 'tick' });

export type ChargingCommand =
  | { readonly type: 'relay'; readonly bay: number; readonly closed: boolean }
  | { readonly type: 'light'; readonly bay: number; readonly light: ChargeLight }
  | { readonly type: 'restart-board' }
  | { readonly type: 'show'; readonly charge: ChargeShown }
  | {
      readonly type: 'alarm';
      readonly bay: number | undefined;
      readonly code: ChargeAlarmCode;
      /** `info`: what was told under this code is well again. */
      readonly severity: 'info' | 'warning' | 'critical';
      readonly detail: string;
    };

export function isClosed({ phase }: Pick<BayCharging, 'phase'>): boolean {
  return phase === 'starting' || phase === 'charging' || phase === 'full';
}

export function freshCharging(bays: readonly number[], at: number): ChargingState {
  const past = Number.NEGATIVE_INFINITY;
  const fresh = (bay: number): BayCharging => ({
    bay,
    present: false,
    off: false,
    phase: 'empty',
    since: at,
    reading: undefined,
    heardAt: at,
    zero: 0,
    lowSince: undefined,
    startedAt: past,
    openedAt: past,
    faults: new Map(),
    attempts: 0,
    notBefore: past,
    calmSince: at,
  });
  return {
    board: 'lost',
    boardFaults: new Map(),
    losses: 0,
    calmSince: at,
    restartAt: past,
    closedAt: past,
    bays: new Map(bays.map((bay) => [bay, fresh(bay)])),
    told: new Map(),
  };
}
