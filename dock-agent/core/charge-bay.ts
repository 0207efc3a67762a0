import { growing } from '@mingjing/protocol';
import { standing } from './charge-faults.ts';
import {
  isClosed,
  type BayCharging,
  type ChargeReading,
  type ChargingPlan,
  type Phase,
} from './charging-model.ts';

export function enter(bay: BayCharging, phase: Phase, at: number): BayCharging {
  if (bay.phase === phase) return bay;
  const next = { ...bay, phase, since: at, lowSince: undefined };
  if (isClosed(bay) && !isClosed(next)) return { ...next, openedAt: at };
  return phase === 'starting' ? { ...next, startedAt: at } : next;
}

/**
 * A camera that comes back at once is the same one: what a fault made it wait it waits still. One whose supply breaks down
 * leaves the line as its relay opens, and must not be given power again and again.
 */
export function seated(bay: BayCharging, at: number, { pauseFirstMs }: ChargingPlan): BayCharging {
  const anew = at - bay.since >= pauseFirstMs ? { attempts: 0, notBefore: at } : {};
  return enter({ ...bay, ...anew, present: true }, 'waiting', at);
}

/** A fault, or its turn given up: the next pause is longer. */
export function paused(
  bay: BayCharging,
  at: number,
  { pauseFirstMs, pauseMostMs }: ChargingPlan,
): BayCharging {
  const attempts = bay.attempts + 1;
  const notBefore = at + growing(pauseFirstMs, pauseMostMs, attempts);
  return { ...bay, attempts, notBefore, calmSince: at };
}

export function calmed(bay: BayCharging, at: number, { calmMs }: ChargingPlan): BayCharging {
  if (standing(bay.faults).length > 0) return { ...bay, calmSince: at };
  return bay.attempts > 0 && at - bay.calmSince >= calmMs ? { ...bay, attempts: 0 } : bay;
}

/** An empty bay's sensor shows its own error; as much of it as a sensor may have is learned and taken away. */
export function read(
  bay: BayCharging,
  { milliamps, celsius }: ChargeReading,
  at: number,
  { zeroMilliamps, stuckMilliamps, settleMs }: ChargingPlan,
): BayCharging {
  if (milliamps === undefined) return { ...bay, heardAt: at, reading: { milliamps, celsius } };
  const idle = bay.phase === 'empty' && at - bay.openedAt > settleMs;
  const learned = idle ? bay.zero + (milliamps - bay.zero) * ZERO_WEIGHT : bay.zero;
  const zero = Math.max(-zeroMilliamps, Math.min(zeroMilliamps, learned));
  const taken = milliamps - zero;
  // A sensor that is wired the other way round would let any current pass.
  const sensed = taken < -stuckMilliamps ? undefined : Math.max(0, taken);
  return { ...bay, heardAt: at, zero, reading: { milliamps: sensed, celsius } };
}

const ZERO_WEIGHT = 0.1;
