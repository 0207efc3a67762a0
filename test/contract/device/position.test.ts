import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import type { Position } from '@mingjing/protocol';
import { NmeaGps } from '../../../device/adapters/nmea-gps.ts';
import type { Clock } from '../../../device/ports/clock.ts';
import type { PositionSource } from '../../../device/ports/position-source.ts';
import { ScriptedPosition } from '../../../device/simulated/scripted-position.ts';
import { clock as systemClock, quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until, untilExists } from '../../support/processes.ts';

/** A clock that can be put forward. */
class TurnableClock implements Clock {
  readonly boot = systemClock.boot;
  ahead = 0;

  now(): ReturnType<Clock['now']> {
    const { at, mono } = systemClock.now();
    return { at, mono: mono + this.ahead };
  }

  state(): ReturnType<Clock['state']> {
    return { source: 'free-running' };
  }
}

interface Rig {
  readonly source: PositionSource;
  readonly clock: TurnableClock;
  /** Lets the receiver find itself here. */
  moveTo(lat: number, lon: number): void;
  close(): Promise<void>;
}

/** Two ends of a serial line, joined by socat: real ttys. */
class SerialLine {
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

function sentence(body: string): string {
  let sum = 0;
  for (const byte of Buffer.from(body)) sum ^= byte;
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

function rmc(lat: number, lon: number, status = 'A'): string {
  const part = (degrees: number, digits: number): string => {
    const whole = Math.floor(degrees);
    return String(whole).padStart(digits, '0') + ((degrees - whole) * 60).toFixed(4).padStart(7, '0');
  };
  return `GPRMC,080000.00,${status},${part(lat, 2)},N,${part(lon, 3)},E,10.0,84.4,201126,,,A`;
}

async function serialRig(directory: string): Promise<Rig & { line: SerialLine }> {
  const clock = new TurnableClock();
  const line = new SerialLine(directory);
  await line.plug();
  const source = new NmeaGps({ path: line.near, baudRate: 9600 }, clock, quiet);
  return {
    source,
    clock,
    line,
    moveTo: (lat, lon) => line.say(sentence(rmc(lat, lon))),
    close: async () => {
      await source.close();
      await line.unplug();
    },
  };
}

function scriptedRig(): Promise<Rig> {
  const clock = new TurnableClock();
  const source = new ScriptedPosition(clock);
  return Promise.resolve({
    source,
    clock,
    moveTo: (lat, lon) => source.moveTo({ lat, lon }),
    close: () => source.close(),
  });
}

async function position(rig: Rig): Promise<Position> {
  return await until('a fix', () => rig.source.latest(), 10_000, 20);
}

/** Says it until it is heard: a serial line drops what comes before it is open. */
async function settleAt(rig: Rig, lat: number, lon: number): Promise<Position> {
  return await until(
    `a fix at ${lat}, ${lon}`,
    () => {
      const here = rig.source.latest();
      if (here !== undefined && Math.abs(here.lat - lat) < 1e-5) return here;
      rig.moveTo(lat, lon);
      return undefined;
    },
    10_000,
    50,
  );
}

for (const [name, make] of [
  ['NMEA on a serial line', serialRig],
  ['scripted', scriptedRig],
] as const) {
  describe(`position source: ${name}`, function () {
    this.timeout(30_000);

    it('knows nothing at first, then the latest fix, then its age', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        try {
          assert.equal(rig.source.latest(), undefined);
          await settleAt(rig, 31.25, 121.5);
          const here = await settleAt(rig, 31.5, 121.75);
          assert.ok(Math.abs(here.lon - 121.75) < 1e-5);
          assert.ok(here.age < 2_000);
          rig.clock.ahead = 30_000;
          assert.ok((await position(rig)).age >= 30_000);
        } finally {
          await rig.close();
        }
      }));

    it('forgets a fix that is too old to mean anything', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        try {
          await settleAt(rig, 31.25, 121.5);
          rig.clock.ahead = 61_000;
          assert.equal(rig.source.latest(), undefined);
        } finally {
          await rig.close();
        }
      }));
  });
}

describe('NMEA receiver', function () {
  this.timeout(30_000);

  it('believes no bad checksum, no void fix, no impossible place and no noise', () =>
    withDirectory(async (directory) => {
      const rig = await serialRig(directory);
      try {
        await settleAt(rig, 31.25, 121.5);
        const good = rig.source.latest();
        rig.line.say(sentence(rmc(32, 122)).replace(/\*../, '*00'));
        rig.line.say(sentence(rmc(33, 123, 'V')));
        rig.line.say(sentence('GPRMC,080000.00,A,9961.00,N,12130.0000,E,1,1,201126,,,A'));
        rig.line.say(sentence('GPRMC,080000.00,A,xx,N,yy,E,abc,1,201126,,,A'));
        rig.line.say(`${'#'.repeat(100_000)}\r\n$GPRMC,,,,,\r\n`);
        rig.line.say(sentence('GPGGA,080000,3115.0000,N,12130.0000,E,1,08,0.9,12.5,M,8,M,,'));
        const next = await until('the altitude behind all that', () => {
          const here = rig.source.latest();
          return here?.alt === 12.5 ? here : undefined;
        });
        assert.deepEqual([next.lat, next.lon], [good?.lat, good?.lon]);
        assert.equal(next.speed, 5.14);
        assert.equal(next.course, 84.4);
      } finally {
        await rig.close();
      }
    }));

  it('finds the receiver again when it was unplugged', () =>
    withDirectory(async (directory) => {
      const rig = await serialRig(directory);
      try {
        await settleAt(rig, 31.25, 121.5);
        await rig.line.unplug();
        await rig.line.plug();
        await settleAt(rig, 31.75, 121.5);
      } finally {
        await rig.close();
      }
    }));

  it('waits for a line that is not there yet', () =>
    withDirectory(async (directory) => {
      const line = new SerialLine(directory);
      const source = new NmeaGps({ path: line.near, baudRate: 9600 }, new TurnableClock(), quiet);
      await line.plug();
      try {
        await until(
          'a fix',
          () => {
            line.say(sentence(rmc(31, 121)));
            return source.latest();
          },
          10_000,
          100,
        );
      } finally {
        await source.close();
        await line.unplug();
      }
    }));
});
