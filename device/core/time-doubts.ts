/** What must be said more than once before it is believed. Times are milliseconds; `mono` never runs backwards. */
interface Said {
  readonly at: number;
  readonly mono: number;
  readonly uncertainty: number;
}

const SECOND_OPINION_MS = 2_000;
const INSIST_MS = 5 * 60_000;
/** A receiver speaks once a second: after so long a silence it begins anew. */
const MAX_GAP_MS = 30_000;

/** The first of two readings that are to agree. */
export interface Candidate {
  readonly offset: number;
  readonly sinceMono: number;
  readonly lastMono: number;
}

/** A receiver that goes on saying the incredible. */
export type Insistence = Candidate;

/** Two readings that agree, two seconds apart. */
export function confirm(
  candidate: Candidate | undefined,
  said: Said,
): { readonly candidate: Candidate; readonly confirmed: boolean } {
  const next = follow(candidate, said);
  return { candidate: next, confirmed: said.mono - next.sinceMono >= SECOND_OPINION_MS };
}

/** Five minutes without a gap, and without contradicting itself. */
export function insist(
  insistence: Insistence | undefined,
  said: Said,
): { readonly insistence: Insistence; readonly believed: boolean } {
  const next = follow(insistence, said);
  return { insistence: next, believed: said.mono - next.sinceMono >= INSIST_MS };
}

function follow(before: Candidate | undefined, { at, mono, uncertainty }: Said): Candidate {
  const offset = at - mono;
  const agrees =
    before !== undefined &&
    mono - before.lastMono <= MAX_GAP_MS &&
    Math.abs(offset - before.offset) <= 2 * uncertainty;
  return agrees ? { ...before, lastMono: mono } : { offset, sinceMono: mono, lastMono: mono };
}
