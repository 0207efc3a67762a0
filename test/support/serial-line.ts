import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { untilExists } from './processes.ts';

/** Two ends of a serial line, joined by socat: real ttys. */
export class SerialLine {
  readonly near: string;
  readonly #far: string;
  #socat: ChildProcess | undefined;
  #handle: FileHandle | undefined;
  #said: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.near = join(directory, 'near');
    this.#far = join(directory, 'far');
  }

  async plug(): Promise<void> {
    const ends = [this.near, this.#far].map((path) => `pty,raw,echo=0,link=${path}`);
    this.#socat = spawn('socat', ends, { stdio: 'ignore' });
    await Promise.all([untilExists(this.near), untilExists(this.#far)]);
    this.#handle = await open(this.#far, 'w');
  }

  /** In order, as fast as the other end listens. */
  say(text: string): void {
    const handle = this.#handle;
    this.#said = this.#said.then(() => handle?.write(text)).catch(() => undefined);
  }

  async unplug(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await this.#said;
    await handle?.close();
    const socat = this.#socat;
    if (socat === undefined) return;
    this.#socat = undefined;
    const gone = once(socat, 'exit');
    socat.kill();
    await gone;
  }
}

/** An NMEA 0183 sentence with its checksum. */
export function sentence(body: string): string {
  let sum = 0;
  for (const byte of Buffer.from(body)) sum ^= byte;
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export function rmc({ lat, lon }: Place, at: Date, status: 'A' | 'V' = 'A'): string {
  const { time, date } = nmeaFields(at);
  return `GPRMC,${time},${status},${coordinate(lat, 2)},N,${coordinate(lon, 3)},E,10.0,84.4,${date},,,A`;
}

/** A receiver's words of one second: RMC, GGA, GSA, GSV. */
export function secondOf(place: Place, at: Date, fix = true): string {
  const { time } = nmeaFields(at);
  const where = `${coordinate(place.lat, 2)},N,${coordinate(place.lon, 3)},E`;
  return [
    fix ? rmc(place, at) : `GPRMC,${time},V,,,,,,,${nmeaFields(at).date},,,N`,
    fix ? `GPGGA,${time},${where},1,08,0.9,12.5,M,8.0,M,,` : `GPGGA,${time},,,,,0,00,,,M,,M,,`,
    fix ? 'GPGSA,A,3,01,02,12,14,,,,,,,,,1.8,0.9,1.5' : 'GPGSA,A,1,,,,,,,,,,,,,,,',
    'GPGSV,1,1,04,01,40,083,46,02,17,308,41,12,07,344,39,14,22,228,45',
  ]
    .map(sentence)
    .join('');
}

function nmeaFields(at: Date): { time: string; date: string } {
  const iso = at.toISOString();
  return {
    time: `${iso.slice(11, 19).replaceAll(':', '')}.00`,
    date: `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`,
  };
}

function coordinate(degrees: number, digits: number): string {
  const whole = Math.floor(degrees);
  return String(whole).padStart(digits, '0') + ((degrees - whole) * 60).toFixed(4).padStart(7, '0');
}
