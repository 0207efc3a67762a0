import assert from 'node:assert/strict';
import { createLog } from '@mingjing/runtime';
import { FirmataBoard } from '../../../dock-agent/adapters/firmata-board/firmata-board.ts';
import type { ChargeBoard, ChargeSensor } from '../../../dock-agent/ports/charge-board.ts';
import type { ChargeLight } from '../../../dock-agent/core/charging-model.ts';
import { SimulatedChargeBoard } from '../../../dock-agent/simulated/charge-board.ts';
import { AvrBoard, type AvrKind } from '../../support/dock-agent/avr-board.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

/** A board and the hands and eyes on it. */
interface Bench {
  readonly bays: readonly number[];
  readonly board: ChargeBoard;
  readonly closed: (bay: number) => boolean;
  readonly light: (bay: number) => ChargeLight;
  beats(): number;
  feel(bay: number, sensor: ChargeSensor, value: number): void;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  readonly end: () => Promise<void>;
}

const QUIET = createLog('test', { level: 'silent' });
const LIGHTS = ['red', 'green', 'amber', 'off'] as const;

async function simulatedBench(): Promise<Bench> {
  const bays = [1, 2, 5];
  const board = new SimulatedChargeBoard(bays, { reportMs: 10 });
  await Promise.resolve();
  const soon = (deed: () => void) => async (): Promise<void> => {
    deed();
    await Promise.resolve();
  };
  return {
    bays,
    board,
    closed: (bay) => board.closed(bay),
    light: (bay) => board.light(bay),
    beats: () => board.beats,
    feel: (bay, sensor, value) => board.feel(bay, sensor, value),
    plug: soon(() => board.plug()),
    unplug: soon(() => board.unplug()),
    freeze: soon(() => board.freeze()),
    thaw: soon(() => board.thaw()),
    end: soon(() => undefined),
  };
}

/** On an Uno three bays fit, on a Mega eight. */
function wiring(kind: AvrKind): {
  bays: ConstructorParameters<typeof FirmataBoard>[0]['bays'];
  heartbeatPin: number;
} {
  const count = kind === 'uno' ? 3 : 8;
  const first = kind === 'uno' ? 2 : 22;
  const bays = Array.from({ length: count }, (_, index) => ({
    bay: index + 1,
    relayPin: first + index * 3,
    redPin: first + index * 3 + 1,
    greenPin: first + index * 3 + 2,
    currentPin: index * 2,
    temperaturePin: index * 2 + 1,
  }));
  return { bays, heartbeatPin: first + count * 3 };
}

async function avrBench(directory: string, kind: AvrKind): Promise<Bench> {
  const avr = new AvrBoard(directory, kind);
  await avr.start();
  const { bays, heartbeatPin } = wiring(kind);
  const of = (bay: number): (typeof bays)[number] => {
    const found = bays.find((one) => one.bay === bay);
    if (found === undefined) throw new Error(`no bay ${bay}`);
    return found;
  };
  return {
    bays: bays.map(({ bay }) => bay),
    board: new FirmataBoard({ path: avr.path, bays, heartbeatPin, reopenFirstMs: 100 }, QUIET),
    closed: (bay) => avr.pin(of(bay).relayPin),
    light: (bay) => {
      const [red, green] = [avr.pin(of(bay).redPin), avr.pin(of(bay).greenPin)];
      if (red) return green ? 'amber' : 'red';
      return green ? 'green' : 'off';
    },
    beats: () => avr.changes.get(heartbeatPin) ?? 0,
    feel: (bay, sensor, value) =>
      avr.volts(sensor === 'current' ? of(bay).currentPin : of(bay).temperaturePin, value * 5),
    plug: () => avr.plug(),
    unplug: () => avr.unplug(),
    freeze: () => avr.freeze(),
    thaw: () => avr.thaw(),
    end: () => avr.stop(),
  };
}

for (const [kind, make] of [
  ['simulated', simulatedBench],
  ['StandardFirmata on an Uno', (directory: string) => avrBench(directory, 'uno')],
] as const) {
  describe(`a charge board (${kind})`, function () {
    this.timeout(120_000);
    const directory = temporaryDirectories();
    let bench: Bench;
    let told: string[];
    const reports = new Map<string, { count: number; last: number }>();

    beforeEach(async () => {
      bench = await make(directory());
      told = [];
      reports.clear();
    });
    afterEach(async () => {
      await bench.board.stop();
      await bench.end();
    });

    const start = (): void => {
      bench.board.start({
        up: () => told.push('up'),
        lost: () => told.push('lost'),
        report: (bay, sensor, value) => {
          const key = `${bay} ${sensor}`;
          reports.set(key, { count: (reports.get(key)?.count ?? 0) + 1, last: value });
        },
      });
    };
    const until = async (...expected: string[]): Promise<void> => {
      await eventually(
        () => told.length >= expected.length,
        () => told.join(),
        30_000,
      );
      assert.deepEqual(told, expected);
    };
    const count = (bay: number, sensor: ChargeSensor): number => reports.get(`${bay} ${sensor}`)?.count ?? 0;
    const seen = async (what: string, condition: () => boolean): Promise<void> =>
      eventually(condition, () => `${what}; told ${told.join()}`);
    const heard = async (bay: number, sensor: ChargeSensor): Promise<void> => {
      const before = count(bay, sensor);
      await seen(`a report of ${sensor} of bay ${bay}`, () => count(bay, sensor) > before + 1);
    };

    it('comes up with all relays open and all lights out', async () => {
      start();
      await until('up');
      for (const bay of bench.bays) assert.deepEqual([bench.closed(bay), bench.light(bay)], [false, 'off']);
    });

    it('closes and opens each relay alone', async () => {
      start();
      await until('up');
      for (const bay of bench.bays) {
        bench.board.setRelay(bay, true);
        await seen(`relay ${bay} closed`, () =>
          bench.bays.every((one) => bench.closed(one) === (one === bay)),
        );
        bench.board.setRelay(bay, false);
        await seen(`relay ${bay} open`, () => bench.bays.every((one) => !bench.closed(one)));
      }
    });

    it('shows each light, amber by both', async () => {
      start();
      await until('up');
      for (const bay of bench.bays)
        for (const light of LIGHTS) {
          bench.board.setLight(bay, light);
          await seen(`${light} at ${bay}`, () => bench.light(bay) === light);
        }
    });

    it('reports what its sensors see, again and again though nothing changes', async () => {
      start();
      await until('up');
      for (const [index, bay] of bench.bays.entries()) {
        bench.feel(bay, 'current', 0.5 + index * 0.05);
        bench.feel(bay, 'temperature', 0.14 + index * 0.01);
      }
      for (const [index, bay] of bench.bays.entries())
        for (const [sensor, value] of [
          ['current', 0.5 + index * 0.05],
          ['temperature', 0.14 + index * 0.01],
        ] as const)
          await seen(`${value} of ${sensor} ${bay}`, () => {
            const { last = -1 } = reports.get(`${bay} ${sensor}`) ?? {};
            return Math.abs(last - value) < 0.002;
          });
      await heard(1, 'current');
      await heard(1, 'current');
    });

    it('drops orders about a bay it does not have', async () => {
      start();
      await until('up');
      bench.board.setRelay(60, true);
      bench.board.setLight(60, 'red');
      await heard(1, 'current');
      assert.ok(bench.bays.every((bay) => !bench.closed(bay)));
    });

    it('feeds its watchdog with each beat', async () => {
      start();
      await until('up');
      const before = bench.beats();
      bench.board.beat();
      await seen('a beat', () => bench.beats() === before + 1);
      bench.board.beat();
      await seen('another', () => bench.beats() === before + 2);
    });

    it('is lost once when it is unplugged, and by itself back, with everything off', async () => {
      start();
      await until('up');
      bench.board.setRelay(1, true);
      bench.board.setLight(1, 'red');
      await seen('relay 1 closed', () => bench.closed(1) && bench.light(1) === 'red');
      await bench.unplug();
      await until('up', 'lost');
      bench.board.setRelay(2, true);
      bench.board.beat();
      await bench.plug();
      await until('up', 'lost', 'up');
      assert.ok(bench.bays.every((bay) => !bench.closed(bay) && bench.light(bay) === 'off'));
      await heard(1, 'temperature');
      bench.board.setRelay(2, true);
      bench.board.setLight(2, 'amber');
      await seen('relay 2 closed', () => bench.closed(2) && !bench.closed(1) && bench.light(2) === 'amber');
    });

    it('is lost when it was never there, and up when it comes', async () => {
      await bench.unplug();
      start();
      await until('lost');
      await bench.plug();
      await until('lost', 'up');
    });

    it('falls silent when it stands still: no old value is given again', async () => {
      start();
      await until('up');
      await heard(1, 'current');
      await bench.freeze();
      await new Promise((resolve) => setTimeout(resolve, 300)); // what was under way
      const before = count(1, 'current');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert.equal(count(1, 'current'), before);
      await bench.thaw();
      await heard(1, 'current');
    });

    it('is up again, with all relays open, after a restart', async () => {
      start();
      await until('up');
      bench.board.setRelay(1, true);
      await seen('relay 1 closed', () => bench.closed(1));
      bench.board.restart();
      await until('up', 'up');
      assert.ok(!bench.closed(1));
      await heard(1, 'current');
    });

    it('leaves all relays open and says nothing more when it is stopped', async () => {
      start();
      await until('up');
      for (const bay of bench.bays) bench.board.setRelay(bay, true);
      bench.board.setLight(1, 'green');
      await seen(
        'all closed',
        () => bench.bays.every((bay) => bench.closed(bay)) && bench.light(1) === 'green',
      );
      await bench.board.stop();
      await seen('all open', () => bench.bays.every((bay) => !bench.closed(bay)) && bench.light(1) === 'off');
      const before = count(1, 'current');
      await bench.unplug();
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.deepEqual([told, count(1, 'current')], [['up'], before]);
    });
  });
}

describe('a charge board for eight bays (StandardFirmata on a Mega)', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();

  it('drives every bay’s relay and light', async () => {
    const { board, bays, closed, light, end } = await avrBench(directory(), 'mega');
    const up = Promise.withResolvers<undefined>();
    board.start({ up: () => up.resolve(undefined), lost: up.reject, report: () => undefined });
    await up.promise;
    for (const bay of bays) {
      board.setRelay(bay, true);
      board.setLight(bay, 'amber');
    }
    await eventually(
      () => bays.every((bay) => closed(bay) && light(bay) === 'amber'),
      () => bays.filter(closed).join(),
    );
    board.setRelay(8, false);
    board.setLight(8, 'red');
    await eventually(
      () => !closed(8) && light(8) === 'red',
      () => light(8),
    );
    assert.deepEqual(bays.filter(closed), [1, 2, 3, 4, 5, 6, 7]);
    await board.stop();
    await end();
  });
});

describe('a board that misbehaves', function () {
  this.timeout(60_000);
  const directory = temporaryDirectories();

  it('cannot fill this process with a message without end', async () => {
    const avr = new AvrBoard(directory());
    await avr.start();
    const told: string[] = [];
    const board = new FirmataBoard({ path: avr.path, bays: wiring('uno').bays, reopenFirstMs: 100 }, QUIET);
    board.start({ up: () => told.push('up'), lost: (why) => told.push(why), report: () => undefined });
    await eventually(
      () => told.length > 0,
      () => 'not up',
    );
    await avr.freeze();
    await avr.garble();
    await eventually(
      () => told.length > 1,
      () => 'not lost',
    );
    assert.deepEqual(told, ['up', 'the board sends a message without end']);
    await avr.thaw();
    await eventually(
      () => told.length > 2,
      () => 'not back',
      30_000,
    );
    assert.equal(told[2], 'up');
    await board.stop();
    await avr.stop();
  });

  it('with other pins than are configured is lost, and says which', async () => {
    const avr = new AvrBoard(directory());
    await avr.start();
    const why = Promise.withResolvers<string>();
    const { bays } = wiring('uno');
    const wrong = bays.map((bay) => ({ ...bay, temperaturePin: 15 }));
    const board = new FirmataBoard({ path: avr.path, bays: wrong }, QUIET);
    board.start({ up: () => why.resolve('up'), lost: why.resolve, report: () => undefined });
    assert.equal(await why.promise, 'it has no analog input A15');
    await board.stop();
    await avr.stop();
  });
});
