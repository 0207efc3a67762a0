/** Who can say what time it is; whom to believe when two contradict each other: the first. */
export const TIME_SOURCES = ['gnss', 'dock', 'network'] as const;
export type TimeSource = (typeof TIME_SOURCES)[number];

/** What somebody says the time is. */
export interface TimeReading {
  readonly source: TimeSource;
  /** UTC, RFC 3339 with milliseconds, as it was at `mono`. */
  readonly at: string;
  /** Milliseconds of the camera's monotonic clock. */
  readonly mono: number;
  /** How far it may be off, milliseconds. */
  readonly uncertainty: number;
  /** False: it may confirm the clock, and not move it. */
  readonly mayStep?: boolean;
}
