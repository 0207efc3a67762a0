/**
 * An alarm that anybody on the line can cause must not be a way to fill the journal: of one code only the first
 * in each period is journaled; the next one tells how many were left out.
 */
export class AlarmLimiter {
  readonly #periodMs: number;
  readonly #codes = new Map<string, { mono: number; suppressed: number }>();

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  /** Undefined: leave it out. Otherwise how many of this code were left out since the last. */
  admit(code: string, mono: number): number | undefined {
    const last = this.#codes.get(code);
    if (last !== undefined && mono - last.mono < this.#periodMs) {
      last.suppressed += 1;
      return undefined;
    }
    this.#codes.set(code, { mono, suppressed: 0 });
    return last?.suppressed ?? 0;
  }
}
