import type { Cue, LightPattern } from '../core/signals.ts';

/** Lights, buzzer and vibration; what of it is not there is passed over. MUST NOT block or throw: recording comes first. */
export interface Signals {
  /** From now on, until the next. */
  light(pattern: LightPattern): void;
  /** Once; one that comes while another goes on takes its place. `silently`: felt, and MUST NOT be heard. */
  cue(cue: Cue, silently?: boolean): void;
  /** Why something of it does not work at this moment, if so. */
  readonly trouble: string | undefined;
  /** Everything goes dark and silent, as far as that can be done. */
  close(): Promise<void>;
}
