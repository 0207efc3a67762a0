import assert from 'node:assert/strict';
import { SimulatedCamera } from '../../../dock-agent/simulated/camera/simulated-camera.ts';
import { makeTestAgency, type TestAgency } from '../../support/agency.ts';
import {
  makeArchivePlace,
  startArchive,
  type ArchivePlace,
  type RunningArchive,
} from '../../support/central-process.ts';
import { AvrBoard } from '../../support/dock-agent/avr-board.ts';
import { DockListener } from '../../support/dock-agent/dock-listener.ts';
import { DockProcess } from '../../support/dock-agent/dock-process.ts';
import { eventually } from '../../support/dock-agent/eventually.ts';
import { simulatedKeys, WireCamera } from '../../support/dock-agent/wire-camera.ts';

const RELAY = 2;
const RED = 3;
const GREEN = 4;
const HEART = 13;
/** ACS712, 5 A type, and TMP36, on 5 V. */
const volts = {
  current: (amps: number) => 2.5 + 0.185 * amps,
  temperature: (celsius: number) => 0.5 + celsius / 100,
};

describe('the dock’s process with a charging board', function () {
  this.timeout(180_000);
  let test: TestAgency;
  let place: ArchivePlace;
  let archive: RunningArchive;
  let camera: SimulatedCamera;
  let wire: WireCamera;
  let board: AvrBoard;
  let dock: DockProcess;
  let listener: DockListener;

  beforeEach(async () => {
    test = await makeTestAgency();
    const identity = await test.enrol('archive', 'arc');
    await test.enrol('camera', 'cam-1');
    await test.enrol('dock', 'dock-1');
    place = makeArchivePlace(identity);
    archive = await startArchive(place);
    camera = new SimulatedCamera(simulatedKeys(`${test.dir}/camera-cam-1`));
    wire = new WireCamera(camera, `${test.dir}/camera-cam-1`);
    await wire.insert();
    board = new AvrBoard(test.dir);
    board.onChange = (pin) => {
      if (pin === RELAY) feel(amps, celsius);
    };
    await board.start();
    feel(0, 25);
    dock = dockWith({});
    listener = new DockListener(archive.broker, identity);
  });
  afterEach(async () => {
    await dock.end('SIGKILL');
    await board.stop();
    await listener.close();
    await wire.pull();
    await archive.stop();
    place.remove();
    test.close();
  });

  function dockWith(charging: object): DockProcess {
    const pins = { relayPin: RELAY, redPin: RED, greenPin: GREEN, currentPin: 0, temperaturePin: 1 };
    return new DockProcess(test.dir, {
      identityDirectory: `${test.dir}/dock-dock-1`,
      stateDirectory: `${test.dir}/dock-state`,
      archive: `https://127.0.0.1:${archive.ingest}`,
      broker: `mqtts://127.0.0.1:${archive.broker}`,
      bays: [{ bay: 1, camera: wire.url }],
      charging: {
        kind: 'firmata',
        port: board.path,
        budgetMilliamps: 2_500,
        heartbeatPin: HEART,
        bays: [{ bay: 1, ...pins }],
        ...charging,
      },
      log: { level: 'warn' },
    });
  }
  let amps = 0;
  let celsius = 25;
  /** The camera takes so much as long as its relay is closed. */
  const feel = (takes: number, warmth: number): void => {
    [amps, celsius] = [takes, warmth];
    board.volts(0, volts.current(board.pin(RELAY) ? amps : 0));
    board.volts(1, volts.temperature(celsius));
  };
  const charge = (): string | undefined => listener.of('charge').at(-1)?.bays[0]?.state;
  const codes = (): string[] => listener.of('alarm').map(({ code, severity }) => `${code} ${severity}`);
  const told = (): string =>
    `${JSON.stringify(listener.of('charge').at(-1))} ${codes().join()} ${listener.of('dock-state').at(-1)?.bays[0]?.state} ${dock.error}`;
  const until = async (condition: () => boolean, ms = 30_000): Promise<void> =>
    eventually(condition, told, ms);
  const emptied = (): boolean =>
    camera.objects.size === 0 && listener.of('dock-state').at(-1)?.bays[0]?.state === 'ready';

  it('charges a camera while it sits in its bay, and lets go of one that takes too much', async () => {
    camera.record(1_000_000, 2_000_000);
    await dock.start();
    await until(() => board.pin(RELAY));
    feel(1, 30);
    await until(() => charge() === 'charging' && emptied());
    assert.deepEqual([board.pin(RED), board.pin(GREEN)], [true, true]);
    const beats = board.changes.get(HEART) ?? 0;
    await until(() => (board.changes.get(HEART) ?? 0) > beats + 1);
    await until(() => listener.of('charge').at(-1)?.bays[0]?.celsius === 30);
    const { milliamps = 0 } = listener.of('charge').at(-1)?.bays[0] ?? {};
    assert.ok(milliamps > 950 && milliamps < 1_050, String(milliamps));
    feel(2.4, 30);
    await until(() => !board.pin(RELAY));
    await until(() => charge() === 'fault' && codes().includes('charge-over-current critical'));
    assert.match(listener.of('alarm')[0]?.detail ?? '', /^bay 1: takes more than 2000 mA/);
    await until(() => board.pin(RED) && !board.pin(GREEN));
    await wire.pull();
    await until(() => charge() === 'empty' && codes().includes('charge-over-current info'));
    feel(0.5, 30);
    await wire.insert();
    await until(() => board.pin(RELAY));
    assert.equal(await dock.end('SIGTERM'), 0);
    await until(() => !board.pin(RELAY) && !board.pin(RED));
  });

  it('moves footage without its board, and charges once it is there', async () => {
    await board.unplug();
    camera.record(1_000_000);
    await dock.start();
    await until(() => emptied() && codes().includes('charge-board-lost warning') && charge() === 'fault');
    await board.plug();
    await until(() => board.pin(RELAY));
    await until(() => codes().includes('charge-board-lost info'));
    assert.equal(codes().length, 2);
  });

  it('lets a board be unplugged and plugged in again', async () => {
    await dock.start();
    await until(() => board.pin(RELAY));
    feel(0.8, 25);
    await until(() => charge() === 'charging');
    await board.unplug();
    await until(() => charge() === 'fault' && codes().includes('charge-board-lost warning'));
    camera.record(500_000);
    await until(emptied, 60_000);
    await board.plug();
    await until(() => board.pin(RELAY), 60_000);
    await until(() => charge() === 'charging' && codes().includes('charge-board-lost info'));
  });

  it('switches off when the board stands still, and on when it goes on', async () => {
    await dock.start();
    await until(() => board.pin(RELAY));
    feel(0.8, 25);
    await until(() => charge() === 'charging');
    await board.freeze();
    await until(() => charge() === 'fault' && codes().includes('charge-readings-stale warning'));
    await board.thaw();
    await until(() => !board.pin(RELAY));
    await until(() => codes().includes('charge-readings-stale info'), 60_000);
    await until(() => board.pin(RELAY), 120_000);
  });

  it('opens what it left closed when it was killed', async () => {
    await dock.start();
    await until(() => board.pin(RELAY));
    await dock.end('SIGKILL');
    const beats = board.changes.get(HEART) ?? 0;
    await wire.pull();
    assert.ok(board.pin(RELAY), 'only a watchdog on the board could open it now');
    await dock.start();
    await until(() => !board.pin(RELAY));
    assert.ok((board.changes.get(HEART) ?? 0) - beats <= 1, 'and it was not fed');
  });

  it('says what is wrong with the configuration of its board', async () => {
    const pins = { relayPin: 2, redPin: 3, greenPin: 4, currentPin: 0, temperaturePin: 1 };
    for (const [charging, mistake] of [
      [{ budgetMilliamps: 1_000 }, /with 1000 mA no bay could ever start/],
      [{ bays: [{ bay: 9, ...pins }] }, /there is no bay 9/],
      [{ bays: [{ bay: 1, ...pins, redPin: 2 }] }, /one pin is used twice/],
      [{ bays: [{ bay: 1, ...pins, currentPin: 16 }] }, /charging/],
      [{ limits: { maxMilliamps: 1_500 } }, /startMilliamps is above maxMilliamps/],
      [{ limits: { minCelsius: 40 } }, /between minCelsius and maxCelsius/],
    ] as const) {
      const wrong = dockWith(charging);
      try {
        await assert.rejects(wrong.start(), (error: Error) => {
          assert.match(error.message, /bad-config/);
          assert.match(error.message, mistake);
          return true;
        });
      } finally {
        await wrong.end('SIGKILL');
      }
    }
  });
});
