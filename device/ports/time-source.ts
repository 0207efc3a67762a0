/** What somebody says the time is. */
export interface TimeReading {
  readonly source: 'gnss' | 'dock' | 'network';
  /** UTC, RFC 3339 with milliseconds, as it was at `mono`. */
  readonly at: string;
  /** Milliseconds of the camera's monotonic clock. */
  readonly mono: number;
  /** How far it may be off, milliseconds. */
  readonly uncertainty: number;
}

export type TimeListener = (reading: TimeReading) => void;
