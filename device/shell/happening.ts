import type { RecorderEvent } from '../core/events.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event before the loop stamps it. */
export type Happening = DistributiveOmit<RecorderEvent, 'at' | 'mono'>;
export type Happen = (happening: Happening) => void;
