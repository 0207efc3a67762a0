import type { Cue, LightPattern } from '../core/signals.ts';

/** Lights, buzzer and vibration. MUST NOT block or throw: recording comes first. */
export interface Signals {
  /** From now on, until the next. */
  light(pattern: LightPattern): void;
  /** Once. */
  cue(cue: Cue): void;
  readonly trouble: string | undefined;
  close(): Promise<void>;
}
