import type { SequenceFault } from '../journal/replay.ts';

/** The six questions, each answered on its own: one answer never hides another. */
export const AXES = ['integrity', 'signer', 'sequence', 'closure', 'coverage', 'time'] as const;
export type Axis = (typeof AXES)[number];

/**
 * - `integrity`: is every byte what was sealed?
 * - `signer`: did the camera sign it, and is the camera the agency's?
 * - `sequence`: is everything there, once, in order?
 * - `closure`: was the recording ended as it should be, and does the archive confirm that it holds it?
 * - `coverage`: what did it see and hear, and what is known not to be in it?
 * - `time`: how well is the time known?
 */
export type FindingCode =
  | SequenceFault
  // integrity
  | 'entry-malformed'
  | 'entry-altered' // not the entry below the signed checkpoint
  | 'object-altered'
  | 'object-size-differs'
  | 'content-altered'
  | 'footage-missing'
  | 'footage-unreadable' // opens with no key given, or its tail does not authenticate
  | 'bytes-not-covered' // bytes in a footage file that no entry names
  | 'file-altered' // differs from the bag's manifest
  | 'file-missing'
  | 'file-not-listed'
  | 'file-malformed'
  | 'statement-missing'
  | 'recording-key-differs' // the key given is not the one the recording was opened with
  // signer
  | 'checkpoint-unsigned' // malformed, or not signed by the camera's key
  | 'certificate-refused'
  | 'certificate-of-another' // a valid certificate, of another machine, epoch or purpose
  | 'outside-certificate-validity'
  | 'receipt-refused'
  | 'statement-refused'
  // sequence
  | 'entry-missing'
  | 'entry-out-of-order'
  | 'recording-missing'
  | 'rolled-back' // a later state of this journal is known
  | 'forked' // another state of this journal is known that contradicts this one
  | 'not-compared' // no other state of this journal was at hand
  // closure
  | 'recording-open'
  | 'ended-by-power-loss'
  | 'continued-in-another' // what the camera gave changed, and it went on in another recording
  | 'ended-by-fault'
  | 'segment-recovered' // its tail may be shortened, never altered
  | 'no-receipt'
  // coverage
  | 'sound-muted' // by the officer's choice
  | 'picture-missing' // the camera says so
  | 'sound-missing'
  | 'footage-gap' // a segment begins later than the one before it ended
  | 'segment-lost' // begun, and not there or not whole after a start
  | 'continues-another' // which is presented too
  | 'beginning-not-presented' // it continues another, which is not
  // time
  | 'clock-free-running'
  | 'clock-stepped'
  | 'clock-backwards'
  // any
  | 'not-understood'; // an entry type or field of a later version: kept, proven, not judged

/** `fault` makes an axis bad; `remark` makes it unsure. */
export type Severity = 'fault' | 'remark';

/** Where. Whatever is known of it; `bytes` is a half-open range within `file`, or else within the object. */
export interface Place {
  readonly entry?: number;
  readonly recording?: string;
  readonly segment?: number;
  readonly object?: string;
  readonly file?: string;
  readonly bytes?: readonly [from: number, to: number];
  /** From – to, RFC 3339 UTC, by the camera's clock. */
  readonly times?: readonly [from: string, to: string];
  /** The recording that goes on from this one, or that this one goes on from. */
  readonly other?: string;
}

export interface Finding {
  readonly axis: Axis;
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly place: Place;
  /** For the technician: in English, no secret in it. */
  readonly detail?: string;
}

export type AxisAnswer = 'good' | 'unsure' | 'bad';

export interface Verdict {
  /** `bad` if any axis is; else `good` if integrity, signer and sequence are and the recording is closed; else `unsure`. */
  readonly answer: AxisAnswer;
  readonly axes: Readonly<Record<Axis, AxisAnswer>>;
  readonly findings: readonly Finding[];
  /** What was looked at. */
  readonly counts: {
    readonly entries: number;
    readonly recordings: number;
    readonly segments: number;
    readonly bytes: number;
  };
}

export function fault(axis: Axis, code: FindingCode, place: Place, detail?: string): Finding {
  return { axis, code, severity: 'fault', place, ...(detail === undefined ? {} : { detail }) };
}

/** Without spreading: hostile evidence may have more findings than a call has arguments. */
export function append(findings: Finding[], more: Iterable<Finding>): void {
  for (const finding of more) findings.push(finding);
}

/** Remarks without which nobody may say yes, though no axis is bad: what is judged may not be all there is. */
const NOT_YET: ReadonlySet<FindingCode> = new Set(['recording-open', 'beginning-not-presented']);

export function concludeVerdict(findings: readonly Finding[], counts: Verdict['counts']): Verdict {
  const answerOf = (axis: Axis): AxisAnswer => {
    const own = findings.filter((finding) => finding.axis === axis);
    if (own.some((finding) => finding.severity === 'fault')) return 'bad';
    return own.length > 0 ? 'unsure' : 'good';
  };
  const axes = Object.fromEntries(AXES.map((axis) => [axis, answerOf(axis)])) as Record<Axis, AxisAnswer>;
  const answers = Object.values(axes);
  const core = [axes.integrity, axes.signer, axes.sequence];
  const settled = core.every((one) => one === 'good') && !findings.some(({ code }) => NOT_YET.has(code));
  const answer = answers.includes('bad') ? 'bad' : settled ? 'good' : 'unsure';
  return { answer, axes, findings, counts };
}
