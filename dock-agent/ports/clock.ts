export interface Clock {
  /** Milliseconds; never runs backwards, means nothing outside this process. */
  now(): number;
  /** Calls `then` once, after `ms`, unless cancelled before. */
  after(ms: number, then: () => void): { cancel(): void };
}
