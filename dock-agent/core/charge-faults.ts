import {
  isClosed,
  type BayCharging,
  type BayFault,
  type BoardFault,
  type ChargingRules,
  type Standing,
} from './charging-model.ts';

/** `unknown`: this reading says neither; what stands goes on standing. */
export type Verdict = 'bad' | 'well' | 'unknown';

/** These cannot be judged while the relay is open: the bay is tried again after a pause, and they stand until then. */
const TRIED_AGAIN: ReadonlySet<BayFault> = new Set(['charge-over-current', 'charge-no-current']);

const TRIP_MS: Readonly<Record<BayFault, (rules: ChargingRules) => number>> = {
  'charge-over-current': (rules) => rules.overCurrentMs,
  'charge-over-temperature': (rules) => rules.overTemperatureMs,
  'charge-under-temperature': (rules) => rules.overTemperatureMs,
  'charge-relay-stuck': (rules) => rules.settleMs,
  'charge-sensor-fault': (rules) => rules.sensorMs,
  'charge-readings-stale': () => 0,
  'charge-no-current': (rules) => rules.noLoadMs,
};

/** `boardHeardAt`: the newest reading of any bay. */
export function judgeBay(
  bay: BayCharging,
  boardHeardAt: number,
  at: number,
  rules: ChargingRules,
): Readonly<Record<BayFault, Verdict>> {
  const age = at - bay.heardAt;
  const stale = boardHeardAt - bay.heardAt > rules.staleMs;
  const { milliamps, celsius } = age > rules.staleMs ? NOTHING : (bay.reading ?? NOTHING);
  const heard = bay.reading !== undefined && age <= rules.staleMs;
  const closed = isClosed(bay);
  const settled = !closed && at - bay.openedAt > rules.settleMs;
  const read = heard && milliamps !== undefined && celsius !== undefined;
  return {
    'charge-over-current': within(closed, milliamps, rules.maxMilliamps, -rules.hysteresisMilliamps),
    'charge-over-temperature': within(true, celsius, rules.maxCelsius, -rules.hysteresisCelsius),
    'charge-under-temperature': within(true, negative(celsius), -rules.minCelsius, -rules.hysteresisCelsius),
    'charge-relay-stuck': within(settled, milliamps, rules.stuckMilliamps, -rules.stuckMilliamps / 2),
    'charge-sensor-fault': heard ? (read ? 'well' : 'bad') : 'unknown',
    'charge-readings-stale': stale ? 'bad' : heard ? 'well' : 'unknown',
    'charge-no-current': loaded(bay, milliamps, rules),
  };
}

const NOTHING = { milliamps: undefined, celsius: undefined };

/** Above `most` is bad; well again only at `most + hysteresis`, or at once for what never was bad. */
function within(judged: boolean, value: number | undefined, most: number, hysteresis: number): Verdict {
  if (!judged || value === undefined) return 'unknown';
  if (value > most) return 'bad';
  return value <= most + hysteresis ? 'well' : 'unknown';
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

function loaded(
  bay: BayCharging,
  milliamps: number | undefined,
  { noLoadMilliamps }: ChargingRules,
): Verdict {
  if (!isClosed(bay) || milliamps === undefined) return 'unknown';
  return milliamps < noLoadMilliamps ? 'bad' : 'well';
}

export interface Judged<Code extends string> {
  readonly faults: ReadonlyMap<Code, Standing>;
  readonly raised: readonly Code[];
  readonly cleared: readonly Code[];
  /** Stood, and has tripped once more. */
  readonly again: readonly Code[];
}

/** What is bad for its time stands; what stands and is well for `wellMs` is taken back. */
export function follow<Code extends string>(
  before: ReadonlyMap<Code, Standing>,
  verdicts: Readonly<Record<Code, Verdict>>,
  trip: (code: Code) => number,
  at: number,
  wellMs: number,
): Judged<Code> {
  const faults = new Map<Code, Standing>();
  const raised: Code[] = [];
  const cleared: Code[] = [];
  const again: Code[] = [];
  for (const code of Object.keys(verdicts) as Code[]) {
    const known = before.get(code) ?? NEVER;
    const verdict = verdicts[code];
    const suspectSince = verdict === 'bad' ? (known.suspectSince ?? at) : undefined;
    const wellSince = verdict === 'well' && known.stands ? (known.wellSince ?? at) : undefined;
    if (suspectSince !== undefined && at - suspectSince >= trip(code)) {
      (known.stands ? again : raised).push(code);
      faults.set(code, { suspectSince, stands: true, wellSince: undefined });
    } else if (wellSince !== undefined && at - wellSince >= wellMs) cleared.push(code);
    else if (known.stands || suspectSince !== undefined)
      faults.set(code, { suspectSince, stands: known.stands, wellSince });
  }
  return { faults, raised, cleared, again };
}

const NEVER: Standing = { suspectSince: undefined, stands: false, wellSince: undefined };

export function followBay(
  bay: BayCharging,
  boardHeardAt: number,
  at: number,
  rules: ChargingRules,
): Judged<BayFault> {
  const verdicts = judgeBay(bay, boardHeardAt, at, rules);
  return follow(bay.faults, verdicts, (code) => TRIP_MS[code](rules), at, rules.wellMs);
}

export function standing<Code extends BayFault | BoardFault>(faults: ReadonlyMap<Code, Standing>): Code[] {
  return [...faults].filter(([, { stands }]) => stands).map(([code]) => code);
}

/** Nothing stands that another try could not judge. */
export function mayBeTried(bay: BayCharging): boolean {
  return standing(bay.faults).every((code) => TRIED_AGAIN.has(code));
}

/** Of the camera, not of the bay: they leave with it. */
export function withoutCamera(faults: ReadonlyMap<BayFault, Standing>): {
  faults: ReadonlyMap<BayFault, Standing>;
  cleared: BayFault[];
} {
  const cleared = standing(faults).filter((code) => TRIED_AGAIN.has(code));
  return { faults: new Map([...faults].filter(([code]) => !TRIED_AGAIN.has(code))), cleared };
}
