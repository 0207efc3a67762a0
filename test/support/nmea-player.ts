import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { untilExists } from './processes.ts';

const EARTH_METRES = 6_371_000;
const CENTRE = { lat: 31.2304, lon: 121.4737 };
const RADIUS_METRES = 150;
const METRES_PER_SECOND = 1.5;

export interface NmeaPlayer {
  /** The serial port to open. */
  readonly path: string;
  close(): Promise<void>;
}

/** A GPS receiver walking in a circle, on a real pseudo-terminal: RMC and GGA once a second. */
export async function playNmea(directory: string): Promise<NmeaPlayer> {
  const path = join(directory, 'gps');
  const feed = join(directory, 'gps-feed');
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${feed}`], {
    stdio: 'ignore',
  });
  await Promise.all([untilExists(path), untilExists(feed)]);
  const line = openSync(feed, 'w');
  const started = Date.now();
  const timer = setInterval(
    () => writeSync(line, sentences(new Date(), (Date.now() - started) / 1000)),
    1000,
  );
  return {
    path,
    close: async () => {
      clearInterval(timer);
      closeSync(line);
      const ended = once(socat, 'exit');
      socat.kill();
      await ended;
    },
  };
}

/** NMEA 0183 RMC and GGA for a moment of the walk. */
export function sentences(at: Date, seconds: number): string {
  const angle = (seconds * METRES_PER_SECOND) / RADIUS_METRES;
  const degrees = (metres: number): number => (metres / EARTH_METRES) * (180 / Math.PI);
  const lat = CENTRE.lat + degrees(RADIUS_METRES * Math.cos(angle));
  const lon = CENTRE.lon + degrees(RADIUS_METRES * Math.sin(angle)) / Math.cos((CENTRE.lat * Math.PI) / 180);
  const course = ((angle * 180) / Math.PI + 90) % 360;
  const iso = at.toISOString();
  const time = `${iso.slice(11, 19).replaceAll(':', '')}.00`;
  const date = `${iso.slice(8, 10)}${iso.slice(5, 7)}${iso.slice(2, 4)}`;
  const place = `${coordinate(lat, 2)},N,${coordinate(lon, 3)},E`;
  const knots = (METRES_PER_SECOND / 0.514444).toFixed(2);
  return [
    `GPRMC,${time},A,${place},${knots},${course.toFixed(1)},${date},,,A`,
    `GPGGA,${time},${place},1,09,0.9,12.0,M,8.0,M,,`,
  ]
    .map(withChecksum)
    .join('');
}

function coordinate(degrees: number, digits: number): string {
  const whole = Math.floor(degrees);
  return `${String(whole).padStart(digits, '0')}${((degrees - whole) * 60).toFixed(5).padStart(8, '0')}`;
}

function withChecksum(body: string): string {
  const sum = [...Buffer.from(body)].reduce((xor, byte) => xor ^ byte, 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}
