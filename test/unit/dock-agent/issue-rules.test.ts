import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { CameraCondition } from '../../../protocol/index.ts';
import type { HandOver, Offer } from '../../../dock-agent/core/issue-model.ts';
import {
  bestFirst,
  isRecommended,
  mayEnforce,
  preUseCheck,
  reconcile,
} from '../../../dock-agent/core/issue-rules.ts';
import {
  countFailure,
  isTooSimple,
  lockedUntil,
  settled,
  type PinRecord,
} from '../../../dock-agent/core/pins.ts';

const SEEN = '2026-11-20T08:00:00.000Z';
const GOOD: CameraCondition = {
  at: SEEN,
  clock: { source: 'dock', uncertainty: 1_000 },
  mode: 'docked',
  battery: { percent: 95, charging: true },
  freeBytes: 64_000_000_000,
  storedBytes: 0,
  unreceipted: 0,
  policy: { version: 1 },
  warnings: [],
};
const LIMITS = { batteryPercent: 80, freeBytes: 8_000_000_000 };
const MINUTE = 60_000;

describe('the check before use', () => {
  const checked = (change: Partial<CameraCondition>): string => {
    const { battery, storage, clock } = preUseCheck({ ...GOOD, ...change }, SEEN, LIMITS);
    return `${battery} ${storage} ${clock}`;
  };

  it('names what is not good', () => {
    assert.equal(checked({}), 'good good good');
    assert.equal(checked({ battery: { percent: 79, charging: true } }), 'low good good');
    assert.equal(checked({ unreceipted: 1 }), 'good not-empty good');
    assert.equal(checked({ freeBytes: 7_999_999_999 }), 'good low good');
    assert.equal(checked({ at: '2026-11-20T08:00:06.000Z' }), 'good good doubtful');
    assert.equal(checked({ clock: { source: 'free-running' } }), 'good good doubtful');
    const { battery: _battery, freeBytes: _freeBytes, ...bare } = GOOD;
    assert.deepEqual(preUseCheck(bare, SEEN, LIMITS), { battery: 'unknown', storage: 'low', clock: 'good' });
  });

  it('recommends no camera that warns of itself', () => {
    const check = preUseCheck(GOOD, SEEN, LIMITS);
    assert.equal(isRecommended(check, GOOD), true);
    assert.equal(isRecommended(check, { ...GOOD, warnings: ['sound-lost'] }), false);
  });

  it('offers the best first', () => {
    const offer = (bay: number, recommended: boolean, batteryPercent: number): Offer => ({
      ...{ device: `cam-${bay}`, bay, recommended },
      check: { ...preUseCheck(GOOD, SEEN, LIMITS), batteryPercent },
    });
    const offers = [offer(1, false, 99), offer(2, true, 85), offer(3, true, 90), offer(4, true, 85)];
    assert.deepEqual(
      bestFirst(offers).map(({ bay }) => bay),
      [3, 2, 4, 1],
    );
  });
});

describe('a certificate', () => {
  it('is valid on its last day and not after it', () => {
    const officer = { number: '1', name: 'a', certificate: 'b', validUntil: '2026-11-20' };
    assert.deepEqual(
      ['2026-11-19', '2026-11-20', '2026-11-21', '2027-01-01'].map((today) => mayEnforce(officer, today)),
      [true, true, false, false],
    );
  });
});

describe('a PIN', () => {
  it('is no run, no digit repeated, not the end of the own number, and four to twelve digits', () => {
    for (const pin of [
      '1234',
      '4321',
      '0000',
      '999999',
      '123456789',
      '123',
      '1'.repeat(13),
      '12a4',
      '',
      '1337',
    ])
      assert.equal(isTooSimple(pin, '031337'), true, pin);
    for (const pin of ['1235', '2580', '8042', '135790'])
      assert.equal(isTooSimple(pin, '031337'), false, pin);
  });

  it('may be wrong five times; then the lock grows from a minute to a day', () => {
    const fresh = { salt: new Uint8Array(), hash: new Uint8Array(), epoch: 0, failures: 0, failedAt: 0 };
    let record: PinRecord = fresh;
    const locks: (number | undefined)[] = [];
    for (let n = 0; n < 18; n += 1) {
      record = countFailure(record, 1_000);
      const until = lockedUntil(record, 1_000);
      locks.push(until === undefined ? undefined : (until - 1_000) / MINUTE);
    }
    assert.deepEqual(locks.slice(0, 8), [undefined, undefined, undefined, undefined, 1, 2, 4, 8]);
    assert.equal(locks.at(-1), 24 * 60);
    assert.equal(lockedUntil({ failures: 5, failedAt: 1_000 }, 1_000 + MINUTE), undefined);
  });

  it('locks nobody out for longer than the lock because the clock was once ahead', () => {
    const record = { salt: new Uint8Array(), hash: new Uint8Array(), epoch: 0, failures: 6, failedAt: 9e12 };
    const put = settled(record, 1_000);
    assert.equal(lockedUntil(put, 1_000), 1_000 + 2 * MINUTE);
  });
});

describe('the ledger', () => {
  const asked = (kind: HandOver['kind'], officer: string, assignment: string): HandOver => ({
    ...{ id: assignment, at: SEEN, kind, camera: 'cam-1', bay: 1, officer, name: officer },
    ...{ certificate: undefined, assignment, note: 'note', outcome: 'asked' },
  });

  it('learns from the camera what became of a hand-over that nobody answered', () => {
    const taken = reconcile(
      { number: 'li', assignment: 'x' },
      { asked: [asked('taken', 'li', 'x')], holder: undefined },
    );
    assert.deepEqual(taken, { settled: [{ id: 'x', outcome: 'done' }], seen: undefined });
    const not = reconcile(undefined, { asked: [asked('taken', 'li', 'x')], holder: undefined });
    assert.deepEqual(not, { settled: [{ id: 'x', outcome: 'refused' }], seen: undefined });
    const holder = { number: 'li', name: 'li' };
    const back = reconcile(undefined, { asked: [asked('returned', 'li', 'y')], holder });
    assert.deepEqual(back, { settled: [{ id: 'y', outcome: 'done' }], seen: undefined });
    const kept = reconcile(
      { number: 'li', assignment: 'x' },
      { asked: [asked('returned', 'li', 'y')], holder },
    );
    assert.deepEqual(kept, { settled: [{ id: 'y', outcome: 'refused' }], seen: undefined });
  });

  it('learns from the camera what happened elsewhere', () => {
    const holder = { number: 'li', name: '李明' };
    assert.deepEqual(reconcile(undefined, { asked: [], holder }).seen, {
      ...{ kind: 'returned', officer: 'li', name: '李明', certificate: undefined },
    });
    assert.equal(reconcile({ number: 'wang', name: '王芳' }, { asked: [], holder }).seen?.officer, 'wang');
    assert.equal(reconcile({ number: 'li' }, { asked: [], holder }).seen, undefined);
  });

  it('says in the end what the camera says, whatever was asked before', () => {
    const number = fc.constantFrom('li', 'wang');
    const officer = fc.option(fc.record({ number, assignment: fc.constantFrom('0', '1', '2') }), {
      nil: undefined,
    });
    const kinds = fc.array(fc.tuple(fc.constantFrom('taken' as const, 'returned' as const), number), {
      maxLength: 3,
    });
    const before = fc.option(fc.record({ number, name: fc.constant(undefined) }), { nil: undefined });
    fc.assert(
      fc.property(officer, kinds, before, (has, rows, holder) => {
        const lines = rows.map(([kind, who], index) => asked(kind, who, String(index)));
        // An assignment is one officer's: a camera cannot have it from another.
        const own = lines.find(({ assignment, kind }) => kind === 'taken' && assignment === has?.assignment);
        fc.pre(own === undefined || own.officer === has?.number);
        const { settled: ends, seen } = reconcile(has, { asked: lines, holder });
        const done = lines.filter((_line, index) => ends[index]?.outcome === 'done');
        const last = seen ?? done.at(-1);
        const holds = last === undefined ? holder?.number : last.kind === 'taken' ? last.officer : undefined;
        assert.equal(holds, has?.number);
      }),
    );
  });
});
