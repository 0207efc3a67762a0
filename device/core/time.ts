/** When something happened: the camera's wall clock (RFC 3339 UTC, ms), and ms since this boot, never backwards. */
export interface Moment {
  readonly at: string;
  readonly mono: number;
}

export function addMillis(at: string, millis: number): string {
  return new Date(Date.parse(at) + millis).toISOString();
}
