import { performance } from 'node:perf_hooks';
import type { Clock } from '../ports/clock.ts';

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date().toISOString(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
