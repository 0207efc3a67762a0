import { standing } from './charge-faults.ts';
import {
  isClosed,
  type BayCharging,
  type BayFault,
  type BoardFault,
  type ChargeAlarmCode,
  type ChargeLight,
  type ChargeShown,
  type ChargingCommand,
  type ChargingPlan,
  type ChargingState,
  type ShownCharge,
} from './charging-model.ts';

const SEVERITIES: Readonly<Record<ChargeAlarmCode, 'warning' | 'critical'>> = {
  'charge-over-current': 'critical',
  'charge-over-temperature': 'critical',
  'charge-under-temperature': 'warning',
  'charge-relay-stuck': 'critical',
  'charge-sensor-fault': 'warning',
  'charge-readings-stale': 'warning',
  'charge-no-current': 'warning',
  'charge-board-lost': 'warning',
  'charge-budget': 'warning',
};

const WHAT: Readonly<Record<ChargeAlarmCode, (plan: ChargingPlan) => string>> = {
  'charge-over-current': ({ maxMilliamps }) =>
    `takes more than ${maxMilliamps} mA: switched off, tried again later; try another camera, look at the contacts`,
  'charge-over-temperature': ({ maxCelsius }) =>
    `warmer than ${maxCelsius} °C: switched off until it has cooled; feel the camera, look at the air`,
  'charge-under-temperature': ({ minCelsius }) =>
    `colder than ${minCelsius} °C, where a cell must not be charged: off until it is warmer`,
  'charge-relay-stuck': ({ stuckMilliamps }) =>
    `more than ${stuckMilliamps} mA flow though its relay is open: take the camera out, cut this bay's supply, replace the relay`,
  'charge-sensor-fault': () => 'a sensor shows what no sensor can: switched off; look at its wires',
  'charge-readings-stale': () => 'its readings have stopped: switched off; look at the board and its sensors',
  'charge-no-current': () => 'a camera sits there and takes nothing; clean the contacts, seat it again',
  'charge-board-lost': () => 'the charging board is gone: no bay charges; look at its cable and its power',
  'charge-budget': ({ budgetMilliamps }) =>
    `together the bays took more than the supply's ${budgetMilliamps} mA: the last to begin were switched off`,
};

/** `bay` undefined: of the board or the supply. */
export function alarmOf(
  bay: BayCharging | undefined,
  code: BayFault | BoardFault,
  what: 'raised' | 'cleared',
  plan: ChargingPlan,
  detail?: string,
): ChargingCommand {
  if (what === 'cleared')
    return { type: 'alarm', bay: bay?.bay, code, severity: 'info', detail: 'well again' };
  const { milliamps, celsius } = bay?.reading ?? {};
  const seen = [
    ...(milliamps === undefined ? [] : [`${Math.round(milliamps)} mA`]),
    ...(celsius === undefined ? [] : [`${Math.round(celsius)} °C`]),
    ...(detail === undefined ? [] : [detail]),
  ];
  const told = `${WHAT[code](plan)}${seen.length === 0 ? '' : ` (${seen.join(', ')})`}`;
  return { type: 'alarm', bay: bay?.bay, code, severity: SEVERITIES[code], detail: told };
}

export function shownOf(bay: BayCharging, state: ChargingState): ShownCharge {
  const board = standing(state.boardFaults).some((code) => code !== 'charge-budget');
  if (board || bay.off) return 'fault';
  return standing(bay.faults).length > 0 && !isClosed(bay) ? 'fault' : bay.phase;
}

const LIGHTS: Readonly<Record<ShownCharge, ChargeLight>> = {
  empty: 'off',
  waiting: 'amber',
  starting: 'amber',
  charging: 'amber',
  full: 'green',
  fault: 'red',
};

/** What changed, as commands: relays open before any closes. `before` undefined: the board knows nothing yet. */
export function commandsFor(
  before: ChargingState | undefined,
  after: ChargingState,
  at: number,
  { tellMs }: ChargingPlan,
): { readonly told: ChargingState['told']; readonly commands: readonly ChargingCommand[] } {
  const told = new Map(after.told);
  const opening: ChargingCommand[] = [];
  const closing: ChargingCommand[] = [];
  const rest: ChargingCommand[] = [];
  for (const bay of after.bays.values()) {
    const was = before?.bays.get(bay.bay);
    const closed = isClosed(bay);
    if (was === undefined || isClosed(was) !== closed)
      (closed ? closing : opening).push({ type: 'relay', bay: bay.bay, closed });
    const state = shownOf(bay, after);
    const light = LIGHTS[state];
    if (before === undefined || was === undefined || LIGHTS[shownOf(was, before)] !== light)
      rest.push({ type: 'light', bay: bay.bay, light });
    const charge = { bay: bay.bay, state, ...rounded(bay) };
    const last = told.get(bay.bay);
    if (last !== undefined && !worthTelling(last.charge, charge, at - last.at >= tellMs)) continue;
    told.set(bay.bay, { charge, at });
    rest.push({ type: 'show', charge });
  }
  return { told, commands: [...opening, ...closing, ...rest] };
}

function rounded({ reading }: BayCharging): Pick<ChargeShown, 'milliamps' | 'celsius'> {
  const { milliamps, celsius } = reading ?? {};
  return {
    milliamps: milliamps === undefined ? undefined : Math.round(milliamps / 10) * 10,
    celsius: celsius === undefined ? undefined : Math.round(celsius),
  };
}

/** A state is told at once, a reading now and then. */
function worthTelling(last: ChargeShown, now: ChargeShown, due: boolean): boolean {
  if (last.state !== now.state) return true;
  return due && (last.milliamps !== now.milliamps || last.celsius !== now.celsius);
}
