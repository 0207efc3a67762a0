import assert from 'node:assert/strict';
import { CHARGING_DEFAULTS } from '../../../dock-agent/core/charging-model.ts';
import { CHARGE_SENSORS, readingOf } from '../../../dock-agent/core/charge-sensors.ts';
import { ChargeWorld } from '../../support/dock-agent/charge-world.ts';

const { startMs, fullMs, wellMs, pauseFirstMs, pauseMostMs, staleMs, calmMs, noLoadMs } = CHARGING_DEFAULTS;
const MOMENT = 1_000;

function charging(draw = 1_000): ChargeWorld {
  const world = new ChargeWorld(1).up();
  world.run(MOMENT * 2);
  world.dock(1, draw);
  world.run(startMs + 2 * MOMENT);
  assert.deepEqual(world.shown, ['charging']);
  return world;
}

describe('charging, row by row', () => {
  it('waits, starts, charges, is full, and charges again', () => {
    const world = new ChargeWorld(1).up();
    assert.deepEqual([world.shown, world.bay(1).light], [['empty'], 'off']);
    world.dock(1);
    assert.deepEqual([world.shown, world.bay(1).light, world.bay(1).closed], [['waiting'], 'amber', false]);
    world.run(MOMENT);
    assert.deepEqual([world.shown, world.bay(1).closed], [['starting'], true]);
    world.run(startMs);
    assert.deepEqual(world.shown, ['charging']);
    world.bay(1).draw = 100;
    world.run(fullMs - MOMENT);
    assert.deepEqual(world.shown, ['charging']);
    world.run(2 * MOMENT);
    assert.deepEqual([world.shown, world.bay(1).light, world.bay(1).closed], [['full'], 'green', true]);
    world.bay(1).draw = 170; // more, but not half as much more than counts as full
    world.run(MOMENT);
    assert.deepEqual(world.shown, ['full']);
    world.bay(1).draw = 400;
    world.run(MOMENT);
    assert.deepEqual(world.shown, ['charging']);
    assert.deepEqual(world.alarms, []);
  });

  it('is empty and open at once when the camera is taken out, in every state', () => {
    for (const ms of [0, MOMENT, startMs + 2 * MOMENT, fullMs + startMs + 2 * MOMENT]) {
      const world = new ChargeWorld(1).up();
      world.dock(1, 100);
      world.run(ms);
      world.undock(1);
      assert.deepEqual([world.shown, world.bay(1).closed, world.bay(1).light], [['empty'], false, 'off']);
      assert.deepEqual(world.alarms, []);
    }
  });

  it('starts nobody before the board has given a reading', () => {
    const world = new ChargeWorld(1);
    world.dock(1);
    world.run(MOMENT);
    assert.equal(world.bay(1).closed, false);
    world.up();
    assert.equal(world.bay(1).closed, false);
    world.run(2 * MOMENT);
    assert.equal(world.bay(1).closed, true);
  });

  it('starts one at a time, in the order in which they came', () => {
    const world = new ChargeWorld(3).up();
    world.run(2 * MOMENT);
    for (const bay of [2, 3, 1]) {
      world.dock(bay);
      world.now += 1;
    }
    world.run(5 * MOMENT);
    const closed = world.relays.filter((relay) => relay.includes('closed')).map((relay) => relay.split(' '));
    assert.deepEqual(
      closed.map(([bay]) => bay),
      ['2', '3', '1'],
    );
    const times = closed.map(([, , at]) => Number(at));
    for (const [index, at] of times.slice(1).entries()) assert.ok(at - (times[index] ?? 0) >= MOMENT);
  });

  it('lets wait for whom the supply has no room, until another is full', () => {
    const world = new ChargeWorld(3, { budgetMilliamps: 3_400 }).up();
    for (const bay of [1, 2, 3]) world.dock(bay, 1_000);
    world.run(60 * MOMENT);
    assert.deepEqual(world.shown, ['charging', 'charging', 'waiting']);
    world.bay(1).draw = 50;
    world.run(fullMs + 30 * MOMENT);
    assert.deepEqual(world.shown, ['full', 'charging', 'charging']);
    assert.ok(world.mostFlow <= 3_400);
    assert.deepEqual(world.alarms, []);
  });

  it('switches off the last that began when the others take more, and says so if too much flowed', () => {
    const world = new ChargeWorld(2, { budgetMilliamps: 3_000 }).up();
    for (const bay of [1, 2]) world.dock(bay, 800);
    world.run(20 * MOMENT);
    assert.deepEqual(world.shown, ['charging', 'charging']);
    world.bay(1).draw = 1_950; // with the margins no room, and yet within the supply
    world.run(MOMENT);
    assert.deepEqual([world.shown, world.alarms], [['charging', 'waiting'], []]);
    world.bay(1).draw = 800;
    world.run(pauseFirstMs + startMs + 2 * MOMENT);
    assert.deepEqual(world.shown, ['charging', 'charging']);
    world.bay(2).draw = 1_900;
    world.bay(1).draw = 1_900;
    world.run(MOMENT);
    assert.deepEqual([world.shown, world.alarms], [['charging', 'waiting'], ['board charge-budget warning']]);
    world.run(wellMs);
    assert.deepEqual(world.alarms.at(-1), 'board charge-budget info');
  });

  it('is off by hand without an alarm, and on again at once', () => {
    const world = charging();
    world.take({ type: 'bay-off', bay: 1, at: world.now });
    assert.deepEqual([world.shown, world.bay(1).closed, world.bay(1).light], [['fault'], false, 'red']);
    world.run(10 * pauseFirstMs);
    assert.deepEqual([world.bay(1).closed, world.alarms], [false, []]);
    world.take({ type: 'bay-on', bay: 1, at: world.now });
    world.run(MOMENT);
    assert.deepEqual(world.shown, ['starting']);
  });

  it('tells a reading that moved now and then, a state at once', () => {
    const world = charging();
    const shows = (): number => world.commands.filter(({ type }) => type === 'show').length;
    const before = shows();
    for (let tick = 0; tick < 40; tick += 1) {
      world.bay(1).draw = 1_000 + (tick % 10) * 20;
      world.run(250);
    }
    assert.ok(shows() - before <= 2);
  });
});

describe('what is wrong with charging', () => {
  it('over-current: off, an alarm, tried again after growing pauses, well once it charged', () => {
    const world = charging();
    world.bay(1).draw = 2_500;
    world.run(MOMENT);
    assert.deepEqual([world.shown, world.bay(1).closed], [['fault'], false]);
    assert.deepEqual(world.alarms, ['bay 1 charge-over-current critical']);
    world.run(pauseFirstMs - 2 * MOMENT);
    assert.equal(world.bay(1).closed, false);
    world.run(10 * 3_600_000);
    const closed = world.relays
      .filter((relay) => relay.includes('closed'))
      .map((relay) => Number(relay.split(' ')[2]));
    const pauses = closed.slice(2).map((at, index) => at - (closed[index + 1] ?? 0));
    assert.ok((pauses[0] ?? 0) >= pauseFirstMs * 2);
    assert.ok((pauses.at(-1) ?? 0) >= pauseMostMs);
    assert.equal(world.alarms.length, 1);
    world.bay(1).draw = 1_000;
    world.run(pauseMostMs + wellMs + 2 * MOMENT);
    assert.deepEqual([world.shown, world.alarms.at(-1)], [['charging'], 'bay 1 charge-over-current info']);
  });

  it('over-current that would burst the budget is found at once, and nobody else gives way', () => {
    const world = new ChargeWorld(2, { budgetMilliamps: 3_200 }).up();
    for (const bay of [1, 2]) world.dock(bay, 800);
    world.run(20 * MOMENT);
    world.bay(1).draw = 2_400;
    world.run(MOMENT);
    assert.deepEqual(world.shown, ['fault', 'charging']);
    assert.ok(world.alarms.includes('bay 1 charge-over-current critical'));
  });

  it('over-current leaves with its camera', () => {
    const world = charging(1_500);
    world.bay(1).draw = 2_500;
    world.run(MOMENT);
    world.undock(1);
    assert.equal(world.alarms.at(-1), 'bay 1 charge-over-current info');
    world.run(pauseFirstMs);
    world.dock(1);
    world.run(2 * MOMENT);
    assert.deepEqual(world.shown, ['starting']);
  });

  it('over-current is not tried again at once with a camera that is back at once', () => {
    const world = charging();
    world.bay(1).draw = 2_500;
    world.run(MOMENT);
    world.undock(1);
    world.run(2 * MOMENT);
    world.dock(1, 2_500);
    world.run(pauseFirstMs / 2);
    assert.deepEqual([world.shown, world.bay(1).closed], [['waiting'], false]);
    world.undock(1);
    world.run(pauseFirstMs);
    world.dock(1, 800); // another one
    world.run(MOMENT);
    assert.equal(world.bay(1).closed, true);
  });

  it('a sensor that shows current the other way round is a fault, not a camera that takes none', () => {
    const world = charging();
    world.bay(1).draw = -1_000;
    world.run(3 * MOMENT);
    assert.equal(world.bay(1).closed, false);
    assert.ok(world.alarms.some((alarm) => alarm.startsWith('bay 1 charge-sensor-fault')));
  });

  it('a short spike is no over-current', () => {
    const world = charging();
    world.bay(1).draw = 2_500;
    world.run(250);
    world.bay(1).draw = 1_000;
    world.run(MOMENT);
    assert.deepEqual([world.shown, world.alarms], [['charging'], []]);
  });

  it('over-temperature: off until it has cooled by the hysteresis, and longer each time', () => {
    const world = charging();
    world.bay(1).celsius = 46;
    world.run(3 * MOMENT);
    assert.deepEqual([world.shown, world.bay(1).closed], [['fault'], false]);
    world.bay(1).celsius = 43;
    world.run(pauseMostMs);
    assert.deepEqual([world.shown, world.alarms], [['fault'], ['bay 1 charge-over-temperature critical']]);
    world.bay(1).celsius = 39;
    world.run(wellMs + 2 * MOMENT);
    assert.equal(world.alarms.at(-1), 'bay 1 charge-over-temperature info');
    assert.equal(world.bay(1).closed, true);
  });

  it('under-temperature: off until it is warmer', () => {
    const world = charging();
    world.bay(1).celsius = -3;
    world.run(3 * MOMENT);
    assert.deepEqual([world.shown, world.alarms], [['fault'], ['bay 1 charge-under-temperature warning']]);
    world.bay(1).celsius = 6;
    world.run(pauseFirstMs + wellMs);
    assert.equal(world.bay(1).closed, true);
  });

  it('relay stuck: found when it should have opened, and counted against the supply', () => {
    const world = new ChargeWorld(2, { budgetMilliamps: 3_200 }).up();
    world.dock(1, 1_500);
    world.run(10 * MOMENT);
    world.bay(1).welded = true;
    world.take({ type: 'bay-off', bay: 1, at: world.now });
    world.run(4 * MOMENT);
    assert.deepEqual(world.alarms, ['bay 1 charge-relay-stuck critical']);
    world.dock(2);
    world.run(10 * MOMENT);
    assert.equal(world.bay(2).closed, false);
    world.bay(1).welded = false;
    world.run(wellMs + 2 * MOMENT);
    assert.equal(world.alarms.at(-1), 'bay 1 charge-relay-stuck info');
    assert.equal(world.bay(2).closed, true);
  });

  it('sensor fault: off, and by itself on again', () => {
    const world = charging();
    world.bay(1).broken = true;
    world.run(2 * MOMENT);
    assert.deepEqual([world.shown, world.bay(1).closed], [['fault'], false]);
    world.bay(1).broken = false;
    world.run(pauseFirstMs + wellMs);
    assert.deepEqual(world.alarms, ['bay 1 charge-sensor-fault warning', 'bay 1 charge-sensor-fault info']);
    assert.equal(world.bay(1).closed, true);
  });

  it('readings of one bay stop: that bay is off, the others charge on', () => {
    const world = new ChargeWorld(2).up();
    for (const bay of [1, 2]) world.dock(bay);
    world.run(10 * MOMENT);
    world.bay(2).silent = true;
    world.run(staleMs + MOMENT);
    assert.deepEqual(world.shown, ['charging', 'fault']);
    assert.deepEqual(world.alarms, ['bay 2 charge-readings-stale warning']);
    world.bay(2).silent = false;
    world.run(pauseFirstMs + wellMs);
    assert.equal(world.alarms.at(-1), 'bay 2 charge-readings-stale info');
    assert.equal(world.bay(2).closed, true);
  });

  it('all readings stop: everything off, one alarm, the board is restarted with growing pauses', () => {
    const world = new ChargeWorld(3).up();
    for (const bay of [1, 2, 3]) world.dock(bay);
    world.run(10 * MOMENT);
    world.mute = true;
    world.run(staleMs + MOMENT);
    assert.deepEqual(world.shown, ['fault', 'fault', 'fault']);
    assert.deepEqual(world.alarms, ['board charge-readings-stale warning']);
    assert.deepEqual([world.flow, world.restarts], [0, 1]);
    world.run(600_000);
    assert.ok(world.restarts >= 3 && world.restarts <= 6, String(world.restarts));
    assert.equal(world.alarms.length, 1);
    world.mute = false;
    world.up();
    world.run(wellMs + MOMENT);
    assert.equal(world.alarms.at(-1), 'board charge-readings-stale info');
    world.run(pauseMostMs);
    assert.deepEqual(world.shown, ['charging', 'charging', 'charging']);
  });

  it('board lost: one alarm however often it is tried, all off, and after a pause on again', () => {
    const world = charging();
    world.lose();
    world.lose();
    assert.deepEqual([world.shown, world.alarms], [['fault'], ['board charge-board-lost warning']]);
    world.up();
    world.run(wellMs + MOMENT);
    assert.deepEqual([world.alarms.at(-1), world.bay(1).closed], ['board charge-board-lost info', false]);
    world.run(pauseFirstMs);
    assert.equal(world.bay(1).closed, true);
  });

  it('a board that comes and goes is trusted later each time, and anew after a calm while', () => {
    const world = charging();
    const untilClosed = (): number => {
      const from = world.now;
      while (!world.bay(1).closed) world.run(250);
      return world.now - from;
    };
    const pauses: number[] = [];
    for (let loss = 0; loss < 3; loss += 1) {
      world.lose();
      world.up();
      pauses.push(untilClosed());
    }
    assert.ok((pauses[2] ?? 0) > (pauses[1] ?? 0) && (pauses[1] ?? 0) > (pauses[0] ?? 0), pauses.join());
    world.run(calmMs + 2 * wellMs);
    world.lose();
    world.up();
    assert.ok(untilClosed() <= (pauses[0] ?? 0) + MOMENT);
  });

  it('a camera that takes nothing: told, tried again, and forgotten when it leaves', () => {
    const world = charging(5);
    world.run(noLoadMs);
    assert.deepEqual([world.shown, world.alarms], [['fault'], ['bay 1 charge-no-current warning']]);
    world.bay(1).draw = 500;
    world.run(pauseFirstMs + wellMs + 2 * MOMENT);
    assert.deepEqual([world.shown, world.alarms.at(-1)], [['charging'], 'bay 1 charge-no-current info']);
  });

  it('learns what an empty bay’s sensor shows, and takes it away', () => {
    const world = new ChargeWorld(1).up();
    for (let tick = 0; tick < 200; tick += 1) {
      world.now += 250;
      world.take({ type: 'readings', readings: [{ bay: 1, milliamps: -80, celsius: 20 }], at: world.now });
    }
    world.dock(1);
    world.now += 250;
    world.take({ type: 'readings', readings: [{ bay: 1, milliamps: 920, celsius: 20 }], at: world.now });
    assert.ok(Math.abs((world.state.bays.get(1)?.reading?.milliamps ?? 0) - 1_000) < 5);
  });
});

describe('the charging sensors', () => {
  it('turn parts of full scale into milliamperes and degrees', () => {
    const { milliamps, celsius } = readingOf(0.5 + 0.185 / 5, 0.75 / 5, CHARGE_SENSORS);
    assert.ok(Math.abs((milliamps ?? 0) - 1_000) < 0.001);
    assert.ok(Math.abs((celsius ?? 0) - 25) < 0.001);
    const small = readingOf(0.5 + 0.1 / 5, 0.1, { volts: 5, millivoltsPerAmp: 100 });
    assert.ok(Math.abs((small.milliamps ?? 0) - 1_000) < 0.001);
    assert.equal(readingOf(0.5, 0.1, CHARGE_SENSORS).celsius, 0);
  });

  it('know a wire that is off', () => {
    for (const current of [0, 0.005, 0.995, 1])
      assert.equal(readingOf(current, 0.15, CHARGE_SENSORS).milliamps, undefined);
    for (const temperature of [0, 0.01, 0.4, 1])
      assert.equal(readingOf(0.5, temperature, CHARGE_SENSORS).celsius, undefined);
  });
});
