import type { Position } from '@mingjing/protocol';

/** An older fix says where the camera was, not where it is. */
const MAX_AGE_MS = 60_000;
/** An altitude rides along with fixes no further from it than this. */
const MAX_ALTITUDE_AGE_MS = 3_000;
/** A receiver speaks, and a fix comes, once a second: so long without is not a hiccup. */
const QUIET_MS = 5_000;

export interface Place {
  readonly lat: number;
  readonly lon: number;
  /** Metres per second. */
  readonly speed?: number | undefined;
  /** Degrees from true north. */
  readonly course?: number | undefined;
}

/** What a receiver says of its sky. */
export interface Sky {
  readonly fix?: '2D' | '3D';
  readonly satellitesUsed?: number;
  readonly satellitesInView?: number;
  readonly hdop?: number;
}

export interface Health extends Sky {
  readonly state: 'no-line' | 'silent' | 'searching' | 'fix';
  readonly timeToFirstFix?: number;
  readonly sentences: { readonly good: number; readonly bad: number };
}

interface Fix {
  readonly place: Omit<Position, 'age' | 'alt'>;
  readonly mono: number;
}

/**
 * What is known of one receiver: made of what it said, with the moment of each word. Numbers out of range are left
 * out; a place out of range is no fix.
 */
export class ReceiverTrack {
  readonly #openedMono: number;
  #lineMono: number | undefined;
  #wordMono: number | undefined;
  #fix: Fix | undefined;
  #lost = true;
  #altitude: { readonly metres: number; readonly mono: number } | undefined;
  #sky: Sky = {};
  #skyMono = 0;
  #firstFix: number | undefined;
  #good = 0;
  #bad = 0;

  constructor(openedMono: number) {
    this.#openedMono = openedMono;
  }

  lineOpened(mono: number): void {
    this.#lineMono = mono;
  }

  lineLost(): void {
    this.#lineMono = undefined;
    this.#wordMono = undefined;
    this.#lost = true;
    this.#sky = {};
  }

  /** Something that makes sense. */
  understood(mono: number): void {
    this.#wordMono = mono;
    this.#good += 1;
  }

  notUnderstood(count = 1): void {
    this.#bad += count;
  }

  /** Gives whether the place can be one. */
  fix(place: Place, mono: number): boolean {
    const { lat, lon, speed, course } = place;
    if (!within(lat, -90, 90) || !within(lon, -180, 180)) return false;
    this.#fix = {
      mono,
      place: {
        lat: round(lat, 7),
        lon: round(lon, 7),
        ...(within(speed, 0, 2_000) ? { speed: round(speed, 2) } : {}),
        ...(within(course, 0, 360) ? { course: round(course, 1) } : {}),
      },
    };
    this.#lost = false;
    this.#firstFix ??= Math.max(0, mono - this.#openedMono);
    return true;
  }

  /** It says that it has none. The last one stays, and grows old. */
  noFix(): void {
    this.#lost = true;
  }

  hasFix(mono: number): boolean {
    return !this.#lost && this.#fix !== undefined && mono - this.#fix.mono < QUIET_MS;
  }

  altitude(metres: number | null | undefined, mono: number): void {
    if (within(metres, -12_000, 100_000)) this.#altitude = { metres: round(metres, 1), mono };
  }

  sky(sky: Sky, mono: number): void {
    const { fix, satellitesUsed: used, satellitesInView: inView, hdop } = sky;
    this.#sky = {
      ...this.#sky,
      ...(fix === undefined ? {} : { fix }),
      ...(within(used, 0, 999) ? { satellitesUsed: used } : {}),
      ...(within(inView, 0, 999) ? { satellitesInView: inView } : {}),
      ...(within(hdop, 0, 100) ? { hdop } : {}),
    };
    this.#skyMono = mono;
  }

  latest(mono: number): Position | undefined {
    if (this.#fix === undefined) return undefined;
    const age = Math.max(0, mono - this.#fix.mono);
    if (age > MAX_AGE_MS) return undefined;
    const altitude = this.#altitude;
    const fits = altitude !== undefined && Math.abs(altitude.mono - this.#fix.mono) <= MAX_ALTITUDE_AGE_MS;
    return { ...this.#fix.place, ...(fits ? { alt: altitude.metres } : {}), age };
  }

  health(mono: number): Health {
    const state = this.#stateAt(mono);
    const { fix, ...sky } = mono - this.#skyMono < QUIET_MS ? this.#sky : {};
    return {
      state,
      ...(state === 'fix' || state === 'searching' ? sky : {}),
      ...(state === 'fix' && fix !== undefined ? { fix } : {}),
      ...(this.#firstFix === undefined ? {} : { timeToFirstFix: this.#firstFix }),
      sentences: { good: this.#good, bad: this.#bad },
    };
  }

  #stateAt(mono: number): Health['state'] {
    if (this.#lineMono === undefined) return 'no-line';
    if (mono - (this.#wordMono ?? this.#lineMono) >= QUIET_MS) return 'silent';
    return this.hasFix(mono) ? 'fix' : 'searching';
  }
}

function within(value: number | null | undefined, least: number, most: number): value is number {
  return value !== null && value !== undefined && value >= least && value <= most;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
