/**
 * How late a receiver tells the time without a pulse per second. A fix of second t is worked out, put into words and
 * sent within the second that follows, mostly in its first half: the middle of what makers state is taken as true,
 * and a whole second as the doubt about it, whatever the line adds.
 */
export const GNSS_LATENCY_MS = 400;
export const GNSS_UNCERTAINTY_MS = 1_000;

const TIME = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)(?:\.(\d{1,6}))?$/;

/**
 * UTC of NMEA fields: `hhmmss.ss`, day, month, and a year of two digits (80 to 99 are the last century) or four.
 * Undefined unless each is there and together they are a day of the calendar: nothing is borrowed from any clock.
 */
export function nmeaTime(time: string, day: string, month: string, year: string): number | undefined {
  const parts = TIME.exec(time);
  if (parts === null || !/^\d{2}$/.test(day) || !/^\d{2}$/.test(month) || !/^(\d{2}|\d{4})$/.test(year)) {
    return undefined;
  }
  const [, hours = '', minutes = '', seconds = '', fraction = ''] = parts;
  const century = year.length === 4 ? '' : Number(year) >= 80 ? '19' : '20';
  const millis = fraction.padEnd(3, '0').slice(0, 3);
  const text = `${century}${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${millis}Z`;
  const at = Date.parse(text);
  return Number.isNaN(at) || new Date(at).toISOString() !== text ? undefined : at;
}

/** What comes in one burst is gathered for so long. */
export const BURST_MS = 100;

/** Lets through the newest of a burst, at most one a second: what lay in a buffer is late by more than it says. */
export class OneASecond {
  readonly #leastMs = 900;
  #newest: { readonly at: number; readonly mono: number } | undefined;
  #toldMono = -Infinity;

  /** Gives whether it is the first of a burst: `take` is due BURST_MS later. */
  offer(at: number, mono: number): boolean {
    const first = this.#newest === undefined;
    this.#newest = { at, mono };
    return first;
  }

  take(): { readonly at: string; readonly mono: number; readonly uncertainty: number } | undefined {
    const newest = this.#newest;
    this.#newest = undefined;
    if (newest === undefined || newest.mono - this.#toldMono < this.#leastMs) return undefined;
    this.#toldMono = newest.mono;
    const at = new Date(newest.at + GNSS_LATENCY_MS).toISOString();
    return { at, mono: newest.mono, uncertainty: GNSS_UNCERTAINTY_MS };
  }
}
