import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Position } from '@mingjing/protocol';
import { createLog } from '@mingjing/runtime';
import { GpsdGps } from '../../../device/adapters/gpsd-gps.ts';
import { NmeaGps } from '../../../device/adapters/nmea-gps.ts';
import type { PositionSource, ReceiverHealth } from '../../../device/ports/position-source.ts';
import type { TimeReading } from '../../../device/ports/time-source.ts';
import { ScriptedPosition } from '../../../device/simulated/scripted-position.ts';
import { until } from '../../support/processes.ts';
import { RealGpsd } from '../../support/real-gpsd.ts';
import { secondOf, SerialLine } from '../../support/serial-line.ts';
import { temporaryDirectories } from '../../support/temporary.ts';
import { TurnableClock } from '../../support/turnable-clock.ts';

const quiet = createLog('test', { level: 'silent' });

interface Rig {
  readonly source: PositionSource;
  readonly clock: TurnableClock;
  /** Lets the receiver find itself here, at this second. */
  moveTo(lat: number, lon: number, at?: Date): void;
  /** The sky is gone. */
  lose(): void;
  /** The line to the receiver is gone. */
  unplug(): Promise<void>;
  plug(): Promise<void>;
  close(): Promise<void>;
}

function onSerialLine(
  line: SerialLine,
  source: PositionSource,
  clock: TurnableClock,
): Omit<Rig, 'plug' | 'unplug'> {
  return {
    source,
    clock,
    moveTo: (lat, lon, at = new Date()) => line.say(secondOf({ lat, lon }, at)),
    lose: () => line.say(secondOf({ lat: 0, lon: 0 }, new Date(), false)),
    close: async () => {
      await source.close();
      await line.unplug();
    },
  };
}

async function serialRig(directory: string): Promise<Rig> {
  const clock = new TurnableClock();
  const line = new SerialLine(directory);
  await line.plug();
  const source = new NmeaGps({ path: line.near, baudRate: 9600 }, clock, quiet);
  return {
    ...onSerialLine(line, source, clock),
    unplug: () => line.unplug(),
    plug: () => line.plug(),
  };
}

async function gpsdRig(directory: string): Promise<Rig> {
  const clock = new TurnableClock();
  const line = new SerialLine(directory);
  await line.plug();
  const gpsd = await RealGpsd.start(line.near);
  const source = new GpsdGps({ host: '127.0.0.1', port: gpsd.port }, clock, quiet);
  const rig = onSerialLine(line, source, clock);
  return {
    ...rig,
    unplug: () => gpsd.stop(),
    plug: async () => {
      gpsd.resume();
      await Promise.resolve();
    },
    close: async () => {
      await rig.close();
      await gpsd.stop();
    },
  };
}

function scriptedRig(): Promise<Rig> {
  const clock = new TurnableClock();
  const source = new ScriptedPosition(clock);
  return Promise.resolve({
    source,
    clock,
    moveTo: (lat, lon, at = new Date()) => {
      source.moveTo({ lat, lon });
      source.tell({ at: at.toISOString(), mono: clock.now().mono, uncertainty: 1_000 });
    },
    lose: () => source.lose(),
    unplug: async () => {
      source.lose('no-line');
      await Promise.resolve();
    },
    plug: async () => {
      source.lose('searching');
      await Promise.resolve();
    },
    close: () => source.close(),
  });
}

/** Says it until it is heard: a serial line drops what comes before it is open. */
async function settleAt(rig: Rig, lat: number, lon: number): Promise<Position> {
  return await until(
    `a fix at ${lat}, ${lon}`,
    () => {
      const here = rig.source.latest();
      if (here !== undefined && Math.abs(here.lat - lat) < 1e-5 && rig.source.health().state === 'fix')
        return here;
      rig.moveTo(lat, lon);
      return undefined;
    },
    20_000,
    200,
  );
}

async function becomes(rig: Rig, state: ReceiverHealth['state'], act = (): void => undefined): Promise<void> {
  await until(
    `the receiver is ${state}`,
    () => {
      if (rig.source.health().state === state) return true;
      act();
      return false;
    },
    20_000,
    200,
  );
}

for (const [name, make] of [
  ['NMEA on a serial line', serialRig],
  ['gpsd', gpsdRig],
  ['scripted', scriptedRig],
] as const) {
  describe(`position source: ${name}`, function () {
    this.timeout(60_000);

    const directory = temporaryDirectories();
    const withRig = async (test: (rig: Rig) => Promise<void>): Promise<void> => {
      const rig = await make(directory());
      try {
        await test(rig);
      } finally {
        await rig.close();
      }
    };

    it('knows nothing at first, then the latest fix, then its age', () =>
      withRig(async (rig) => {
        assert.equal(rig.source.latest(), undefined);
        assert.notEqual(rig.source.health().state, 'fix');
        await settleAt(rig, 31.25, 121.5);
        const here = await settleAt(rig, 31.5, 121.75);
        assert.ok(Math.abs(here.lon - 121.75) < 1e-5);
        assert.ok(here.age < 2_000);
        rig.clock.ahead = 30_000;
        assert.ok((rig.source.latest()?.age ?? 0) >= 30_000);
      }));

    it('forgets a fix that is too old to mean anything', () =>
      withRig(async (rig) => {
        await settleAt(rig, 31.25, 121.5);
        rig.clock.ahead = 61_000;
        assert.equal(rig.source.latest(), undefined);
      }));

    it('says when the sky is gone, keeps the last fix with its age, and finds itself again', () =>
      withRig(async (rig) => {
        await settleAt(rig, 31.25, 121.5);
        await becomes(rig, 'searching', () => rig.lose());
        assert.notEqual(rig.source.latest(), undefined);
        await settleAt(rig, 31.5, 121.5);
        assert.ok(rig.source.health().sentences.good > 0);
      }));

    it('says when the line is gone, and takes it up again', () =>
      withRig(async (rig) => {
        await settleAt(rig, 31.25, 121.5);
        await rig.unplug();
        await becomes(rig, 'no-line');
        await rig.plug();
        await settleAt(rig, 31.75, 121.5);
      }));

    it('tells the time while it has a fix, and how far it may be off', () =>
      withRig(async (rig) => {
        const readings: TimeReading[] = [];
        rig.source.onTime((reading) => readings.push(reading));
        const reading = await until('a reading', () => {
          rig.moveTo(31.25, 121.5);
          return readings[0];
        });
        assert.equal(reading.source, 'gnss');
        assert.ok(reading.uncertainty >= 1_000);
        const { at, mono } = rig.clock.now();
        const now = Date.parse(reading.at) + mono - reading.mono;
        // The sentence was cut to its whole second.
        assert.ok(Math.abs(now - Date.parse(at)) <= 1_500, `${now - Date.parse(at)} ms off`);
        await becomes(rig, 'searching', () => rig.lose());
        const told = readings.length;
        rig.lose();
        rig.lose();
        await becomes(rig, 'searching');
        assert.equal(readings.length, told);
      }));
  });
}
