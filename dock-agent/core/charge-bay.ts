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
  { zeroMilliamps, settleMs }: ChargingPlan,
): BayCharging {
  if (milliamps === undefined) return { ...bay, heardAt: at, reading: { milliamps, celsius } };
  const idle = bay.phase === 'empty' && at - bay.openedAt > settleMs;
  const learned = idle ? bay.zero + (milliamps - bay.zero) * ZERO_WEIGHT : bay.zero;
  const zero = Math.max(-zeroMilliamps, Math.min(zeroMilliamps, learned));
  return { ...bay, heardAt: at, zero, reading: { milliamps: Math.max(0, milliamps - zero), celsius } };
}

const ZERO_WEIGHT = 0.1;
