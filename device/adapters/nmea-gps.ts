import { GPS } from 'gps';
import { SerialPort } from 'serialport';
import type { Position } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Clock } from '../ports/clock.ts';
import type { PositionSource } from '../ports/position-source.ts';

export interface GpsSettings {
  readonly path: string;
  readonly baudRate: number;
}

/** NMEA 0183 allows 82; makers' own sentences are longer. A line beyond this is noise. */
const MAX_LINE_CHARACTERS = 256;
/** An older fix says where the camera was, not where it is. */
const MAX_AGE_MS = 60_000;
/** An altitude rides along with fixes no further from it than this. */
const MAX_ALTITUDE_AGE_MS = 3_000;
const REOPEN_MS = 2_000;
const KMH_TO_MS = 1 / 3.6;

interface Fix {
  readonly position: Omit<Position, 'age' | 'alt'>;
  readonly mono: number;
}

/**
 * Position from NMEA 0183 on a serial line. Sentences are read one by one, without the parser's own memory:
 * it keeps altitude and speed of a fix that is gone. RMC alone says where; GGA adds how high.
 */
export class NmeaGps implements PositionSource {
  readonly #settings: GpsSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  #port: SerialPort | undefined;
  #reopen: NodeJS.Timeout | undefined;
  #closed = false;
  #line = '';
  #fix: Fix | undefined;
  #altitude: { readonly metres: number; readonly mono: number } | undefined;

  constructor(settings: GpsSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#open();
  }

  latest(): Position | undefined {
    if (this.#fix === undefined) return undefined;
    const age = Math.max(0, this.#clock.now().mono - this.#fix.mono);
    if (age > MAX_AGE_MS) return undefined;
    const altitude = this.#altitude;
    const fits = altitude !== undefined && Math.abs(altitude.mono - this.#fix.mono) <= MAX_ALTITUDE_AGE_MS;
    return { ...this.#fix.position, ...(fits ? { alt: altitude.metres } : {}), age };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reopen);
    const port = this.#port;
    if (port?.isOpen !== true) return;
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }

  #open(): void {
    const { path, baudRate } = this.#settings;
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    this.#port = port;
    this.#line = '';
    port.on('data', (bytes: Buffer) => this.#take(bytes.toString('latin1')));
    port.on('error', (error) => this.#log.warn({ path, reason: error.message }, 'GPS line'));
    port.on('close', () => this.#later('the GPS line is gone'));
    port.open((error) => {
      if (error !== null) this.#later(error.message);
      else if (this.#closed) port.close();
      else this.#log.info({ path, baudRate }, 'GPS line open');
    });
  }

  #later(reason: string): void {
    if (this.#closed) return;
    this.#log.warn({ path: this.#settings.path, reason }, 'GPS is tried again');
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => this.#open(), REOPEN_MS);
  }

  #take(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
    for (const line of lines) if (line.length <= MAX_LINE_CHARACTERS) this.#read(line.trim());
  }

  #read(line: string): void {
    const sentence = GPS.Parse(line);
    // `valid` is the checksum; a void fix and a field that is no number pass it.
    if (sentence === false || !sentence.valid) return;
    const { mono } = this.#clock.now();
    if (sentence.type === 'RMC' && sentence.status === 'active') {
      const { lat, lon, speed, track } = sentence;
      if (!within(lat, -90, 90) || !within(lon, -180, 180)) return;
      const metresPerSecond = speed === null ? undefined : speed * KMH_TO_MS;
      this.#fix = {
        mono,
        position: {
          lat: round(lat, 7),
          lon: round(lon, 7),
          ...(within(metresPerSecond, 0, 2_000) ? { speed: round(metresPerSecond, 2) } : {}),
          ...(within(track, 0, 360) ? { course: round(track, 1) } : {}),
        },
      };
    } else if (
      sentence.type === 'GGA' &&
      sentence.quality !== null &&
      within(sentence.alt, -12_000, 100_000)
    ) {
      this.#altitude = { metres: round(sentence.alt, 1), mono };
    }
  }
}

function within(value: number | null | undefined, least: number, most: number): value is number {
  return value !== null && value !== undefined && value >= least && value <= most;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
