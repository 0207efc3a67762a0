import type { TimeReading } from '../core/time-reading.ts';

export type { TimeReading };
export type TimeListener = (reading: TimeReading) => void;
