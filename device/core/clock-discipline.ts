import type { ClockState } from '@mingjing/protocol';
import { confirm, insist, type Candidate, type Insistence } from './time-doubts.ts';
import { TIME_SOURCES, type TimeReading, type TimeSource } from './time-reading.ts';
import type { Moment } from './time.ts';

/**
 * How fast a clock that nobody corrects may go wrong. A usual crystal keeps within 20 ppm at 25 °C; cheap ones, old,
 * in frost or in the sun, within 150. What is promised about the time must hold for the worst of them, so: 200 ppm,
 * 17 s a day. Who knows his cameras better says so in the configuration: R-5's 3 s a day are 35 ppm.
 */
export const DRIFT_PPM = 200;
/** A step beyond this wants two receivers' readings, so that one garbled sentence moves nothing. */
const LARGE_STEP_MS = 3_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
/** So far ahead docks and networks may move the clock, all together, until a receiver agrees. */
export const MAX_LEAD_MS = DAY_MS;
/** So long after its last word a source's rank does not silence the others any more. */
const RANK_LASTS_MS = 3_600_000;
/** Readings are used as they come. */
const MAX_READING_AGE_MS = 60_000;
/** The system's clock against the monotonic one: less is its own slewing. */
const SYSTEM_STEP_MS = 1_000;

export interface DisciplineSettings {
  readonly driftPpm: number;
  /** {@link MAX_LEAD_MS}, or more for a camera whose clock stands still while it is off and that has no receiver. */
  readonly maxLeadMs: number;
  /** Times outside cannot be, whoever says them: RFC 3339. */
  readonly earliest: string;
  readonly latest: string;
}

/**
 * A time before the camera's own certificate was issued, or long after it has ended, is none it can live to see. A day
 * for the issuer's clock; ten years for a camera that nobody renewed. Nothing was recorded before 2024.
 */
export function boundsOf(notBefore: Date, notAfter: Date): Pick<DisciplineSettings, 'earliest' | 'latest'> {
  const earliest = Math.max(Date.parse('2024-01-01T00:00:00.000Z'), notBefore.getTime() - DAY_MS);
  return { earliest: rfc3339(earliest), latest: rfc3339(notAfter.getTime() + 10 * YEAR_MS) };
}

/** Our time, from the moment somebody vouched for it: `at` at `mono`, and from there by the monotonic clock alone. */
interface Anchor {
  readonly at: number;
  readonly mono: number;
  readonly uncertainty: number;
  readonly source: TimeSource;
  /** When somebody of this rank, or above, last agreed. */
  readonly heardMono: number;
}

export interface ClockDiscipline {
  readonly settings: DisciplineSettings;
  /** Without: the system's clock is followed, and nobody knows how wrong it is. */
  readonly anchor?: Anchor;
  /** What no receiver vouches for: where the clock stood before anybody but a receiver moved it. It runs on evenly. */
  readonly unmoved?: { readonly at: number; readonly mono: number };
  /** The journal has left this behind. */
  readonly floor: number;
  readonly candidate?: Candidate;
  readonly insistence?: Insistence;
  /** Sources whose nonsense was told; told again only after they made sense. */
  readonly doubted: readonly TimeSource[];
  /** System's wall clock minus monotonic clock, when last looked at. */
  readonly systemOffset?: number;
}

export type TimeVerdict =
  /** The clock moved. `before` is what it would have shown. */
  | { readonly kind: 'stepped'; readonly before: string; readonly after: string }
  /** The clock was right, and now it is better known how right. */
  | { readonly kind: 'adopted' }
  /** Nothing new. */
  | { readonly kind: 'kept' }
  /** Another reading must say so, too. */
  | { readonly kind: 'awaiting' }
  /** Not believed. `first`: people are to be told. */
  | { readonly kind: 'implausible'; readonly detail: string; readonly first: boolean };

export interface Weighed {
  readonly state: ClockDiscipline;
  readonly verdict: TimeVerdict;
}

/** `lastEntryAt`: what the journal said last, if it says anything. */
export function startDiscipline(settings: DisciplineSettings, lastEntryAt?: string): ClockDiscipline {
  return { settings, floor: lastEntryAt === undefined ? -Infinity : Date.parse(lastEntryAt), doubted: [] };
}

/** Our time, milliseconds since 1970, when the system's clocks show this. */
export function timeAt({ anchor }: ClockDiscipline, system: Moment): number {
  return anchor === undefined ? Date.parse(system.at) : anchor.at + (system.mono - anchor.mono);
}

/** Whole milliseconds, never less than the true error if every reading was honest. */
export function clockStateAt(state: ClockDiscipline, mono: number): ClockState {
  const uncertainty = Math.ceil(uncertaintyAt(state, mono));
  // Who may be off by a year knows nothing.
  if (state.anchor === undefined || uncertainty > YEAR_MS) return { source: 'free-running' };
  return { source: state.anchor.source, uncertainty };
}

/**
 * Weighs what somebody says. INVARIANT: the clock is never moved by less than the reading itself may be off, nor by a
 * reading that is worse than what is known, unless the two contradict each other and the other does not outrank it.
 *
 * Refused are: what lies outside the settings' bounds (a receiver after its week rollover), for good; a step back
 * behind the journal by more than a day, or ahead by more than a year, until a receiver has insisted for five
 * minutes. A dock or a network cannot insist: it says one thing for ever, and its clock is set by people.
 *
 * INVARIANT: all that docks and networks move the clock ahead, however often, is `maxLeadMs` at most beyond where it
 * would be without them, until a receiver agrees. What only they moved ahead they may move back.
 */
export function weigh(state: ClockDiscipline, reading: TimeReading, system: Moment): Weighed {
  const age = system.mono - reading.mono;
  const said = Date.parse(reading.at);
  const { uncertainty } = reading;
  const fresh = age >= 0 && age <= MAX_READING_AGE_MS;
  if (!fresh || !(uncertainty >= 0 && uncertainty <= DAY_MS) || Number.isNaN(said)) return kept(state);
  const claim: Claim = {
    source: reading.source,
    at: said + age,
    mono: system.mono,
    // One millisecond for what was rounded.
    uncertainty: uncertainty + drifted(state, age) + 1,
    mayStep: reading.mayStep !== false,
  };
  const present = timeAt(state, system);
  const nonsense = outOfBounds(state, claim) ?? tooFar(state, claim, present);
  if (nonsense === undefined)
    return settle({ ...state, doubted: without(state, claim.source) }, claim, present);
  if (nonsense.kind === 'never' || claim.source !== 'gnss') return refuse(state, claim, nonsense.detail);
  const { insistence, believed } = insist(state.insistence, claim);
  if (!believed) return refuse({ ...state, insistence }, claim, nonsense.detail);
  const floor = Math.min(state.floor, claim.at);
  return settle({ ...state, insistence, floor, doubted: without(state, claim.source) }, claim, present);
}

/**
 * Looks at the system's clock. If it went ahead of the monotonic one, either somebody set it or the machine slept, in
 * which case ours stood still: how far is then added to the doubt, and a second for how exactly the system knows it.
 */
export function observeSystem(state: ClockDiscipline, system: Moment): ClockDiscipline {
  const offset = Date.parse(system.at) - system.mono;
  const jump = offset - (state.systemOffset ?? offset);
  if (state.systemOffset !== undefined && Math.abs(jump) < SYSTEM_STEP_MS) return state;
  const { anchor } = state;
  const slept = anchor !== undefined && jump > 0;
  return {
    ...state,
    systemOffset: offset,
    ...(slept ? { anchor: { ...anchor, uncertainty: anchor.uncertainty + jump + SYSTEM_STEP_MS } } : {}),
  };
}

/** The system's clock was set by ourselves: that says nothing. */
export function systemWasSet(state: ClockDiscipline, system: Moment): ClockDiscipline {
  return { ...state, systemOffset: Date.parse(system.at) - system.mono };
}

/** A reading, as of now. */
export interface Claim {
  readonly source: TimeSource;
  readonly at: number;
  readonly mono: number;
  readonly uncertainty: number;
  readonly mayStep: boolean;
}

function settle(before: ClockDiscipline, claim: Claim, present: number): Weighed {
  const state = agreed(before, claim, present);
  const ours = uncertaintyAt(state, claim.mono);
  const off = Math.abs(claim.at - present);
  const contradicts = off > ours + claim.uncertainty;
  if (contradicts && outranked(state, claim)) {
    return refuse(
      state,
      claim,
      `${claim.source} contradicts ${state.anchor?.source ?? ''} by ${Math.round(off)} ms`,
    );
  }
  if (off <= claim.uncertainty) {
    const { candidate: _candidate, insistence: _insistence, ...calm } = heard(state, claim);
    const known = off + claim.uncertainty;
    return known < ours
      ? { state: anchored(calm, claim, present, known), verdict: { kind: 'adopted' } }
      : kept(calm);
  }
  if (claim.uncertainty >= ours && !contradicts) return kept(heard(state, claim));
  if (!claim.mayStep)
    return refuse(state, claim, `${claim.source} would set the clock again, by ${Math.round(off)} ms`);
  if (claim.source !== 'gnss' || off <= LARGE_STEP_MS) return stepTo(state, claim, present);
  const { candidate, confirmed } = confirm(state.candidate, claim);
  return confirmed
    ? stepTo(state, claim, present)
    : { state: { ...state, candidate }, verdict: { kind: 'awaiting' } };
}

function stepTo(state: ClockDiscipline, claim: Claim, present: number): Weighed {
  const { candidate: _candidate, insistence: _insistence, unmoved: _unmoved, ...calm } = state;
  return {
    state: { ...anchored(calm, claim, claim.at, claim.uncertainty), ...unmovedBy(state, claim, present) },
    verdict: { kind: 'stepped', before: rfc3339(present), after: rfc3339(claim.at) },
  };
}

/** A receiver that does not contradict the clock vouches for it, whoever moved it. */
function agreed(state: ClockDiscipline, claim: Claim, present: number): ClockDiscipline {
  const contradicts = Math.abs(claim.at - present) > uncertaintyAt(state, claim.mono) + claim.uncertainty;
  if (claim.source !== 'gnss' || contradicts || state.anchor === undefined) return state;
  const { unmoved: _unmoved, ...vouched } = state;
  return vouched;
}

function unmovedBy(
  state: ClockDiscipline,
  { source, at, mono }: Claim,
  present: number,
): Pick<ClockDiscipline, 'unmoved'> {
  if (source === 'gnss') return {};
  // A clock that could not be right is no measure: the first that sets it is.
  return { unmoved: state.unmoved ?? { at: isSane(state, present) ? present : at, mono } };
}

/** Our time, had nobody but receivers moved it. */
function unmovedAt({ unmoved }: ClockDiscipline, mono: number, present: number): number {
  return unmoved === undefined ? present : unmoved.at + (mono - unmoved.mono);
}

function anchored(
  state: ClockDiscipline,
  { mono, source }: Claim,
  at: number,
  uncertainty: number,
): ClockDiscipline {
  return { ...state, anchor: { at, mono, uncertainty, source, heardMono: mono } };
}

function heard(state: ClockDiscipline, { source, mono }: Claim): ClockDiscipline {
  const { anchor } = state;
  if (anchor === undefined || rank(source) > rank(anchor.source)) return state;
  return { ...state, anchor: { ...anchor, heardMono: mono } };
}

function refuse(state: ClockDiscipline, { source }: Claim, detail: string): Weighed {
  // A dock speaks once a docking: each time it is news.
  const first = source === 'dock' || !state.doubted.includes(source);
  return {
    state: first ? { ...state, doubted: [...without(state, source), source] } : state,
    verdict: { kind: 'implausible', detail, first },
  };
}

function kept(state: ClockDiscipline): Weighed {
  return { state, verdict: { kind: 'kept' } };
}

interface Nonsense {
  /** `never`: however often it is said. */
  readonly kind: 'never' | 'unless-insisted';
  readonly detail: string;
}

function outOfBounds(
  { settings }: ClockDiscipline,
  { source, at }: Pick<Claim, 'source' | 'at'>,
): Nonsense | undefined {
  const { earliest, latest } = settings;
  if (at >= Date.parse(earliest) && at <= Date.parse(latest)) return undefined;
  return { kind: 'never', detail: `${source} says ${rfc3339(at)}, outside ${earliest} to ${latest}` };
}

/** A clock that cannot be right itself is no measure, but for the journal. */
function tooFar(state: ClockDiscipline, claim: Claim, present: number): Nonsense | undefined {
  const { floor, settings } = state;
  const isReceiver = claim.source === 'gnss';
  const sane = isSane(state, present);
  const measure = isReceiver ? present : unmovedAt(state, claim.mono, present);
  const latest = sane ? Math.max(floor, measure) : floor;
  const back = claim.at < latest - DAY_MS;
  const ahead = sane
    ? claim.at > (isReceiver ? present + YEAR_MS : Math.max(floor, measure) + settings.maxLeadMs)
    : !isReceiver && floor !== -Infinity && claim.at > floor + YEAR_MS;
  if (!back && !ahead) return undefined;
  const detail = `${claim.source} says ${rfc3339(claim.at)}, this camera ${rfc3339(latest)}`;
  return { kind: 'unless-insisted', detail };
}

/** Whether our time can be right at all. */
function isSane(state: ClockDiscipline, present: number): boolean {
  const { floor } = state;
  return outOfBounds(state, { source: 'gnss', at: present }) === undefined && present >= floor - DAY_MS;
}

function outranked({ anchor }: ClockDiscipline, { source, mono }: Claim): boolean {
  return (
    anchor !== undefined && rank(source) > rank(anchor.source) && mono - anchor.heardMono < RANK_LASTS_MS
  );
}

/** The lower, the more it is believed. */
function rank(source: TimeSource): number {
  return TIME_SOURCES.indexOf(source);
}

function uncertaintyAt(state: ClockDiscipline, mono: number): number {
  const { anchor } = state;
  return anchor === undefined ? Infinity : anchor.uncertainty + drifted(state, mono - anchor.mono);
}

function drifted({ settings }: ClockDiscipline, millis: number): number {
  return (millis * settings.driftPpm) / 1e6;
}

function without({ doubted }: ClockDiscipline, source: TimeSource): readonly TimeSource[] {
  return doubted.includes(source) ? doubted.filter((one) => one !== source) : doubted;
}

/** Also what no calendar has: a claim may say anything. */
function rfc3339(at: number): string {
  return new Date(Math.min(Math.max(Math.round(at), -62_167_219_200_000), 253_402_300_799_999)).toISOString();
}
