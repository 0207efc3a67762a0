import { addMillis, type Moment } from './time.ts';

/** A clock may err so much in a day; more than this at once, or piled up since the last look, is a step. */
export const CLOCK_STEP_MS = 3_000;

/** `before` is what the wall clock would have shown. */
export interface ClockStep {
  readonly before: string;
  readonly after: string;
}

export interface ClockWatch {
  /** From here on wall clock and monotonic clock should go at one pace. */
  readonly reference: Moment;
  readonly step?: ClockStep;
}

/**
 * Whether somebody set the wall clock. The reference moves only with a step, so many small ones add up and are told,
 * too. `stepped`: we moved it ourselves, and that is told however little it was; told so, it is not found out again.
 */
export function watchClock(
  reference: Moment | undefined,
  { at, mono, stepped }: Moment & { readonly stepped?: ClockStep },
): ClockWatch {
  if (stepped !== undefined) return { reference: { at, mono }, step: stepped };
  if (reference === undefined) return { reference: { at, mono } };
  const before = addMillis(reference.at, mono - reference.mono);
  if (Math.abs(Date.parse(at) - Date.parse(before)) <= CLOCK_STEP_MS) return { reference };
  return { reference: { at, mono }, step: { before, after: at } };
}

/** The wall clock shows a time that the journal has already left behind. */
export function isBehind(at: string, lastEntryAt: string): boolean {
  return Date.parse(at) < Date.parse(lastEntryAt);
}
