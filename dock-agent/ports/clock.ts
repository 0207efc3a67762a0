export interface Clock {
  /** Milliseconds; never runs backwards, means nothing outside this process. */
  now(): number;
  /** UTC, RFC 3339 with milliseconds, by the machine's wall clock: as right as whoever sets it. */
  wall(): string;
  /** Calls `then` once, after `ms`, unless cancelled before. */
  after(ms: number, then: () => void): { cancel(): void };
}
