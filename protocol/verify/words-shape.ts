import type { Axis, AxisAnswer, FindingCode } from './verdict.ts';

/** What was seen, what it means for the footage, what to do next. */
export interface FindingWords {
  readonly seen: string;
  readonly means: string;
  readonly next: string;
}

export interface VerdictWords {
  readonly verdict: Readonly<Record<AxisAnswer, string>>;
  readonly axes: Readonly<Record<Axis, Readonly<Record<AxisAnswer | 'name' | 'question', string>>>>;
  readonly findings: Readonly<Record<FindingCode, FindingWords>>;
  readonly place: {
    readonly recording: (id: string) => string;
    /** `number` counts from 1, as people do. */
    readonly segment: (number: number) => string;
    /** `index` counts from 0, as the journal does. */
    readonly entry: (index: number) => string;
    readonly file: (path: string) => string;
    readonly object: (name: string) => string;
    /** Both inclusive. */
    readonly bytes: (first: number, last: number) => string;
    /** What lies between two times. */
    readonly times: (from: string, to: string) => string;
    /** Another recording that belongs to it. */
    readonly other: (id: string) => string;
    readonly noBytes: (at: number) => string;
    readonly join: string;
  };
  readonly sentenceGap: string;
}
