/** What is looked at, in this order. */
export const CHECKS = [
  'camera',
  'microphone',
  'buttons',
  'lights',
  'position',
  'battery',
  'storage',
  'clock',
  'certificates',
  'journal',
  'network',
] as const;
export type Check = (typeof CHECKS)[number];

/** `skipped`: there is none, or nobody was there to try it. */
export type Grade = 'good' | 'unsure' | 'bad' | 'skipped';

/** What is remarkable. Closed; each has its words, which say what to do. */
export type Remark =
  | 'no-picture'
  | 'frame-rate-low'
  | 'slow-first-picture'
  | 'no-microphone'
  | 'microphone-silent'
  | 'microphone-quiet'
  | 'microphone-clips'
  | 'none-there'
  | 'not-tried'
  | 'button-dead'
  | 'light-dark'
  | 'line-lost'
  | 'receiver-silent'
  | 'no-fix'
  | 'many-bad-sentences'
  | 'battery-unreadable'
  | 'battery-low'
  | 'storage-unwritable'
  | 'storage-slow'
  | 'storage-stalls'
  | 'storage-worn'
  | 'storage-nearly-full'
  | 'clock-unset'
  | 'clock-off'
  | 'clock-behind'
  | 'certificate-invalid'
  | 'certificate-ends-soon'
  | 'recipient-alone'
  | 'journal-bad'
  | 'objects-missing'
  | 'no-network'
  | 'broker-unreachable'
  | 'archive-unreachable';

/** Measured values; the unit is part of what each means, and stands in core/diagnosis-words.ts. */
export type Figure =
  | 'picture-size'
  | 'frames'
  | 'frames-per-second'
  | 'first-picture'
  | 'bits-per-second'
  | 'level'
  | 'peak'
  | 'pressed'
  | 'seen'
  | 'receiver'
  | 'satellites'
  | 'first-fix'
  | 'sentences'
  | 'bad-sentences'
  | 'charge'
  | 'power'
  | 'free'
  | 'write-speed'
  | 'sync-median'
  | 'sync-p95'
  | 'sync-p99'
  | 'sync-max'
  | 'wear'
  | 'time-source'
  | 'uncertainty'
  | 'off-by'
  | 'tls-days'
  | 'evidence-days'
  | 'recipients'
  | 'entries'
  | 'held-objects'
  | 'lost-objects'
  | 'interfaces'
  | 'broker-answer'
  | 'archive-answer';

export interface CheckResult {
  readonly check: Check;
  readonly grade: Grade;
  readonly remarks: readonly Remark[];
  readonly figures: Readonly<Partial<Record<Figure, number | string>>>;
}

/** The report as it is signed: one JSON object. */
export interface Diagnosis {
  readonly format: 'mingjing/diagnosis/1';
  readonly device: string;
  readonly epoch: number;
  readonly software: string;
  readonly at: string;
  readonly result: Exclude<Grade, 'skipped'>;
  readonly checks: readonly CheckResult[];
}

/** The worst of all; what was skipped says nothing. */
export function resultOf(checks: readonly CheckResult[]): Diagnosis['result'] {
  const grades = checks.map(({ grade }) => grade);
  return grades.includes('bad') ? 'bad' : grades.includes('unsure') ? 'unsure' : 'good';
}
