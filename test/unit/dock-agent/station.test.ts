import assert from 'node:assert/strict';
import fc from 'fast-check';
import { freshStation, learnStation, stationView } from '../../../dock-agent/core/station.ts';
import {
  MAX_ALARMS,
  type BayView,
  type StationEvent,
  type StationView,
} from '../../../dock-agent/core/station-model.ts';

const HOUR = 3_600_000;
const camera = 'cam-1';

function after(...events: readonly StationEvent[]): StationView {
  return stationView(events.reduce(learnStation, freshStation([1, 2], 0)));
}
function bayAfter(...events: readonly StationEvent[]): BayView {
  const [bay] = after(...events).bays;
  assert.ok(bay !== undefined);
  return bay;
}
const bay = (state: string, at = 1, who = camera): StationEvent => ({
  type: 'bay',
  bay: 1,
  state,
  camera: state === 'empty' || state === 'identifying' ? undefined : who,
  at,
});
const progress = (bytes: number, who = camera): StationEvent => ({
  type: 'progress',
  bay: 1,
  camera: who,
  bytes,
  totalBytes: 100,
  objects: 1,
  totalObjects: 2,
  remaining: 60_000,
  at: 2,
});
const charge = (state: string): StationEvent => ({
  type: 'charge',
  bay: 1,
  state,
  milliamps: 700,
  celsius: 30,
  at: 2,
});
const facts = (who = camera): StationEvent => ({
  type: 'camera',
  bay: 1,
  camera: who,
  batteryPercent: 80,
  freeBytes: 1_000,
  officer: { number: 'A-1', name: '示例' },
  at: 2,
});
const alarm = (
  code: string,
  severity: 'info' | 'warning' | 'critical',
  more: { at?: number; bay?: number | undefined; camera?: string | undefined } = {},
): StationEvent => ({
  type: 'alarm',
  id: `${code}-${severity}-${more.at ?? 3}`,
  code,
  severity,
  bay: 1,
  camera,
  detail: '',
  at: 3,
  ...more,
});

describe('what the kiosk shows', () => {
  const signs: [string, readonly StationEvent[], string][] = [
    ['an empty bay', [], 'empty'],
    ['a camera that is looked at', [bay('identifying', 1)], 'identifying'],
    ['a transfer', [bay('transferring'), progress(40)], 'uploading'],
    ['a transfer that waits for the archive alone', [bay('transferring'), progress(100)], 'waiting'],
    ['a camera with nothing to send yet', [bay('transferring')], 'uploading'],
    ['a camera that is done', [bay('ready')], 'ready'],
    ['a camera that is done and charges', [bay('ready'), charge('charging')], 'charging'],
    ['a camera that is done and full', [bay('ready'), charge('full')], 'ready'],
    ['a camera that is done and cannot be charged', [bay('ready'), charge('fault')], 'trouble'],
    ['a fault', [bay('fault')], 'trouble'],
    ['a refusal', [bay('refused')], 'refused'],
    ['a state of a later version', [bay('updating')], 'busy'],
    ['a bay that is switched off', [bay('ready'), { type: 'switched', bay: 1, on: false, at: 4 }], 'off'],
  ];
  for (const [what, events, sign] of signs)
    it(`has a sign for ${what}: ${sign}`, () => assert.equal(bayAfter(...events).sign, sign));

  it('tells of the camera that is there what it said itself, whichever came first', () => {
    for (const events of [
      [facts(), bay('transferring')],
      [bay('transferring'), facts()],
    ]) {
      const { officer, batteryPercent } = bayAfter(...events);
      assert.deepEqual(
        { officer, batteryPercent },
        { officer: { number: 'A-1', name: '示例' }, batteryPercent: 80 },
      );
    }
  });

  it('tells nothing of the camera before', () => {
    const next = bayAfter(bay('transferring'), facts(), progress(40), bay('transferring', 5, 'cam-2'));
    assert.equal(next.camera, 'cam-2');
    assert.equal(next.officer, undefined);
    assert.equal(next.batteryPercent, undefined);
    assert.equal(next.progress, undefined);
    const gone = bayAfter(bay('ready'), facts(), bay('empty', 5), bay('identifying', 6));
    assert.equal(gone.officer, undefined);
  });

  it('gives the reason of trouble while it lasts, and takes the warning back when it goes on', () => {
    const troubled = [alarm('camera-unreachable', 'warning'), bay('fault')];
    assert.equal(bayAfter(...troubled).code, 'camera-unreachable');
    assert.equal(after(...troubled).alarms.length, 1);
    const well = after(...troubled, bay('transferring', 5));
    assert.equal(well.bays[0]?.code, undefined);
    assert.equal(well.alarms.length, 0);
    assert.equal(bayAfter(...troubled, bay('transferring', 5), bay('fault', 6)).code, 'camera-unreachable');
    assert.equal(bayAfter(...troubled, bay('ready', 5), bay('fault', 6)).code, undefined);
  });

  it('keeps a critical alarm after the camera was pulled out, for half a day', () => {
    const pulled = [bay('refused'), alarm('journal-forked', 'critical'), bay('empty', 5)];
    assert.deepEqual(
      after(...pulled, { type: 'tick', at: 11 * HOUR }).alarms.map(({ code }) => code),
      ['journal-forked'],
    );
    assert.equal(after(...pulled, { type: 'tick', at: 13 * HOUR }).alarms.length, 0);
    const still = [bay('refused'), alarm('journal-forked', 'critical')];
    assert.equal(after(...still, { type: 'tick', at: 13 * HOUR }).alarms.length, 1);
  });

  it('keeps an alarm of the dock until it is well again, however long', () => {
    const full = alarm('outbox-full', 'critical', { bay: undefined, camera: undefined });
    assert.equal(after(full, { type: 'tick', at: 900 * HOUR }).alarms.length, 1);
    const well = alarm('outbox-full', 'info', { bay: undefined, camera: undefined, at: 9 });
    assert.equal(after(full, well).alarms.length, 0);
    const other = alarm('upload-overdue', 'info', { bay: undefined, camera: 'cam-2' });
    const mine = alarm('upload-overdue', 'warning', { bay: undefined });
    assert.equal(after(mine, other).alarms.length, 1);
  });

  it('shows the worst first, then the newest, each once, and no more than fit', () => {
    const many = Array.from({ length: 3 * MAX_ALARMS }, (_, at) =>
      alarm('camera-not-seen', 'warning', { at, bay: undefined, camera: `cam-${at}` }),
    );
    const { alarms } = after(alarm('outbox-full', 'critical', { at: 0, bay: undefined }), ...many);
    assert.equal(alarms.length, MAX_ALARMS);
    assert.equal(alarms[0]?.code, 'outbox-full');
    assert.equal(alarms[1]?.at, 3 * MAX_ALARMS - 1);
    const twice = [alarm('dock-fault', 'critical', { at: 1 }), alarm('dock-fault', 'critical', { at: 2 })];
    assert.equal(after(bay('fault'), ...twice).alarms.length, 1);
  });

  it('says since when the uplink is up or down, and unknown until it was asked', () => {
    assert.equal(after().uplink.state, 'unknown');
    const { uplink } = after(
      { type: 'uplink', up: true, at: 5 },
      { type: 'uplink', up: false, at: 7 },
      { type: 'uplink', up: false, at: 9 },
    );
    assert.deepEqual(uplink, { state: 'down', since: 7 });
  });

  it('ignores bays that it does not have, and gives the same state where nothing changed', () => {
    const state = freshStation([1], 0);
    assert.equal(learnStation(state, { ...charge('full'), bay: 7 } as StationEvent), state);
    assert.equal(learnStation(state, { type: 'tick', at: 9 }), state);
    const shown = learnStation(state, bay('ready'));
    assert.equal(learnStation(shown, bay('ready', 8)), shown);
  });

  it('makes a view of any order of events, with every bay in it', () => {
    const events = fc.constantFrom(
      ...['empty', 'identifying', 'transferring', 'ready', 'refused', 'fault'].map((state) => bay(state)),
      bay('transferring', 2, 'cam-2'),
      progress(40),
      progress(100, 'cam-2'),
      charge('fault'),
      charge('full'),
      facts(),
      alarm('camera-unreachable', 'warning'),
      alarm('journal-forked', 'critical'),
      alarm('journal-forked', 'info'),
      { type: 'switched', bay: 1, on: false, at: 3 } as const,
      { type: 'switched', bay: 1, on: true, at: 3 } as const,
      { type: 'tick', at: 20 * HOUR } as const,
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (told) => {
        const { bays } = after(...told);
        assert.deepEqual(
          bays.map(({ bay: number }) => number),
          [1, 2],
        );
        for (const { camera: who, officer, progress: shown, code, sign } of bays) {
          if (who === undefined) assert.ok(officer === undefined && shown === undefined);
          if (code !== undefined) assert.ok(sign === 'trouble' || sign === 'refused');
        }
      }),
    );
  });
});
