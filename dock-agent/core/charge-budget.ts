import { isClosed, type BayCharging, type ChargingPlan } from './charging-model.ts';

type Margins = Pick<ChargingPlan, 'startMilliamps' | 'marginMilliamps'>;

/** Milliamperes set aside for a bay: never less than it can take before its next reading. */
export function reservedFor(bay: BayCharging, { startMilliamps, marginMilliamps }: Margins): number {
  const taken = bay.reading?.milliamps;
  const measured = taken === undefined ? startMilliamps : taken + marginMilliamps;
  if (bay.faults.get('charge-relay-stuck')?.stands === true) return measured;
  if (!isClosed(bay)) return 0;
  return bay.phase === 'starting' ? Math.max(startMilliamps, measured) : measured;
}

export function reserved(bays: Iterable<BayCharging>, margins: Margins): number {
  let sum = 0;
  for (const bay of bays) sum += reservedFor(bay, margins);
  return sum;
}

/** What flows, as far as the sensors say. An open relay counts when it is stuck. */
export function measured(bays: Iterable<BayCharging>): number {
  let sum = 0;
  for (const bay of bays)
    if (isClosed(bay) || bay.faults.get('charge-relay-stuck')?.stands === true)
      sum += bay.reading?.milliamps ?? 0;
  return sum;
}

/** Who gives way: whoever began last, so that those who charge longest come to their end. */
export function whoGivesWay(bays: Iterable<BayCharging>): BayCharging | undefined {
  return [...bays]
    .filter(isClosed)
    .toSorted((a, b) => b.startedAt - a.startedAt || b.bay - a.bay)
    .at(0);
}

/** Who is next: whoever waits longest. */
export function whoIsNext(
  bays: Iterable<BayCharging>,
  may: (bay: BayCharging) => boolean,
): BayCharging | undefined {
  return [...bays]
    .filter((bay) => bay.phase === 'waiting' && may(bay))
    .toSorted((a, b) => a.since - b.since || a.bay - b.bay)
    .at(0);
}
