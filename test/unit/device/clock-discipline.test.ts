import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  clockStateAt,
  MAX_LEAD_MS,
  observeSystem,
  startDiscipline,
  timeAt,
  weigh,
  type ClockDiscipline,
  type TimeVerdict,
} from '../../../device/core/clock-discipline.ts';
import type { TimeReading, TimeSource } from '../../../device/core/time-reading.ts';
import { addMillis } from '../../../device/core/time.ts';

const AT = '2026-11-20T08:00:00.000Z';
const SETTINGS = {
  driftPpm: 200,
  maxLeadMs: MAX_LEAD_MS,
  earliest: '2024-01-01T00:00:00.000Z',
  latest: '2040-01-01T00:00:00.000Z',
};
const DAY_MS = 86_400_000;

/** A camera whose system clock shows AT at mono 0 and runs on evenly. */
class Bench {
  state: ClockDiscipline;
  mono = 0;
  #systemAhead = 0;

  constructor(lastEntryAt?: string) {
    this.state = startDiscipline(SETTINGS, lastEntryAt);
    this.look();
  }

  get system(): { at: string; mono: number } {
    return { at: addMillis(AT, this.mono + this.#systemAhead), mono: this.mono };
  }

  /** How far our clock is from the even clock that began at AT. */
  get ahead(): number {
    return timeAt(this.state, this.system) - Date.parse(AT) - this.mono;
  }

  get uncertainty(): number | undefined {
    return clockStateAt(this.state, this.mono).uncertainty;
  }

  get source(): string {
    return clockStateAt(this.state, this.mono).source;
  }

  pass(millis: number): this {
    this.mono += millis;
    return this;
  }

  setSystem(byMillis: number): void {
    this.#systemAhead += byMillis;
    this.look();
  }

  look(): void {
    this.state = observeSystem(this.state, this.system);
  }

  hear(source: TimeSource, ahead: number, uncertainty = 1_000): TimeVerdict {
    const reading = { source, at: addMillis(AT, this.mono + ahead), mono: this.mono, uncertainty };
    return this.take(reading);
  }

  take(reading: TimeReading): TimeVerdict {
    const { state, verdict } = weigh(this.state, reading, this.system);
    this.state = state;
    return verdict;
  }

  /** A receiver that says so once a second. */
  hearFor(millis: number, ahead: number): TimeVerdict[] {
    return Array.from({ length: millis / 1_000 }, () => this.pass(1_000).hear('gnss', ahead));
  }
}

describe('clock discipline', () => {
  it('follows the system, of which nobody knows how wrong it is, until somebody vouches', () => {
    const bench = new Bench();
    bench.setSystem(5_000);
    assert.equal(bench.ahead, 5_000);
    assert.equal(bench.source, 'free-running');
    assert.equal(bench.uncertainty, undefined);
  });

  it('is not moved by less than a reading may be off, and knows itself better for it', () => {
    const bench = new Bench();
    assert.deepEqual(bench.hear('gnss', 700), { kind: 'adopted' });
    assert.equal(bench.ahead, 0);
    assert.equal(bench.source, 'gnss');
    assert.equal(bench.uncertainty, 1_701);
    assert.deepEqual(bench.hear('gnss', -200), { kind: 'adopted' });
    assert.equal(bench.uncertainty, 1_201);
    assert.deepEqual(bench.hear('gnss', 900), { kind: 'kept' });
  });

  it('steps at once when it is off by little, and says from where to where', () => {
    const bench = new Bench();
    const verdict = bench.hear('gnss', 2_000);
    assert.deepEqual(verdict, { kind: 'stepped', before: AT, after: addMillis(AT, 2_000) });
    assert.equal(bench.ahead, 2_000);
  });

  it('wants two receiver readings, two seconds apart, that agree, before a step of more than three seconds', () => {
    const bench = new Bench();
    assert.equal(bench.hear('gnss', 50_000).kind, 'awaiting');
    assert.equal(bench.pass(1_000).hear('gnss', 50_000).kind, 'awaiting');
    assert.equal(bench.pass(1_000).hear('gnss', 50_300).kind, 'stepped');
    assert.equal(bench.ahead, 50_300);
    assert.equal(bench.pass(1_000).hear('gnss', 90_000).kind, 'awaiting');
    assert.equal(bench.pass(2_000).hear('gnss', 70_000).kind, 'awaiting', 'they do not agree');
    assert.equal(bench.pass(60_000).hear('gnss', 70_000).kind, 'awaiting', 'the first is too long ago');
    assert.equal(bench.ahead, 50_300);
  });

  it('believes a dock at its word, once', () => {
    const bench = new Bench();
    assert.equal(bench.hear('dock', 86_000, 1_200).kind, 'stepped');
    assert.equal(bench.source, 'dock');
    assert.equal(bench.uncertainty, 1_201);
  });

  it('grows uncertain by 200 ppm, and more precise by whoever knows better', () => {
    const bench = new Bench();
    bench.hear('dock', 0, 2_000);
    assert.equal(bench.pass(DAY_MS).uncertainty, 2_001 + 17_280);
    assert.equal(bench.hear('network', 9_000, 5_000).kind, 'stepped');
    assert.equal(bench.source, 'network');
  });

  it('lets a receiver overrule a dock that contradicts it, and not the other way round for an hour', () => {
    const bench = new Bench();
    bench.hear('gnss', 0);
    const verdict = bench.hear('dock', 60_000);
    assert.ok(verdict.kind === 'implausible' && verdict.first);
    assert.equal(bench.ahead, 0);
    assert.equal(bench.pass(3_600_000).hear('dock', 60_000).kind, 'stepped');
    assert.equal(bench.hear('gnss', 0).kind, 'awaiting');
    assert.equal(bench.pass(2_000).hear('gnss', 0).kind, 'stepped');
    assert.equal(bench.source, 'gnss');
  });

  it('is not moved by a reading worse than what it knows, as long as the two can both be true', () => {
    const bench = new Bench();
    bench.hear('dock', 0, 2_000);
    assert.deepEqual(bench.hear('gnss', 4_500, 3_000), { kind: 'kept' });
    assert.equal(bench.ahead, 0);
  });

  it('keeps the rank of whoever vouched while that one agrees, not while a lesser one does', () => {
    const bench = new Bench();
    bench.hear('gnss', 0);
    for (const source of ['network', 'gnss'] as const) {
      bench.pass(3_000_000).hear(source, 0, 20_000);
      const verdict = bench.pass(3_000_000).hear('dock', 60_000);
      assert.equal(verdict.kind, source === 'gnss' ? 'implausible' : 'stepped', source);
      bench.state = new Bench().pass(bench.mono).state;
      bench.hear('gnss', 0);
    }
  });

  it('is not moved by whoever sets the system clock once somebody vouched, but doubts itself if it jumped ahead', () => {
    const bench = new Bench();
    bench.hear('gnss', 0);
    bench.setSystem(-DAY_MS);
    assert.equal(bench.ahead, 0);
    assert.equal(bench.uncertainty, 1_001);
    bench.setSystem(8 * 3_600_000);
    assert.equal(bench.ahead, 0);
    assert.equal(bench.uncertainty, 2_001 + 8 * 3_600_000);
    bench.hear('gnss', 0);
    assert.equal(bench.uncertainty, 1_001);
  });

  it('knows nothing any more when it may be off by a year', () => {
    const bench = new Bench();
    bench.hear('gnss', 0);
    for (let year = 0; year < 3; year += 1) bench.setSystem(365 * DAY_MS);
    assert.equal(bench.source, 'free-running');
    assert.equal(bench.uncertainty, undefined);
    assert.equal(bench.hear('gnss', 0).kind, 'adopted');
  });

  it('never believes a time outside its bounds, such as a week rollover, and says so once', () => {
    const bench = new Bench();
    const rollover = -1024 * 7 * DAY_MS;
    const verdicts = bench.hearFor(600_000, rollover);
    assert.ok(verdicts.every(({ kind }) => kind === 'implausible'));
    assert.equal(verdicts.filter((one) => one.kind === 'implausible' && one.first).length, 1);
    assert.equal(bench.ahead, 0);
    assert.equal(bench.hear('dock', 20 * 366 * DAY_MS).kind, 'implausible');
    assert.equal(bench.hear('gnss', 0).kind, 'adopted');
    const again = bench.hear('gnss', rollover);
    assert.equal(again.kind === 'implausible' && again.first, true);
  });

  for (const [what, ahead] of [
    ['back behind its journal by more than a day', -2 * DAY_MS],
    ['ahead by more than a year', 400 * DAY_MS],
  ] as const) {
    it(`goes ${what} only when a receiver has insisted for five minutes`, () => {
      const bench = new Bench(AT);
      for (const source of ['dock', 'network'] as const) {
        for (let day = 0; day < 3; day += 1) {
          assert.equal(bench.pass(10_000).hear(source, ahead).kind, 'implausible');
        }
      }
      assert.ok(bench.hearFor(299_000, ahead).every(({ kind }) => kind === 'implausible'));
      assert.equal(bench.ahead, 0);
      const verdicts = bench.hearFor(10_000, ahead).map(({ kind }) => kind);
      assert.ok(verdicts.includes('stepped'), verdicts.join());
      assert.equal(bench.ahead, ahead);
      assert.notEqual(bench.hear('dock', ahead).kind, 'implausible');
    });
  }

  it('is moved ahead by docks no more than a day, however often they say so, and an honest one may undo it', () => {
    const bench = new Bench(AT);
    const steps = Array.from({ length: 100 }, () => {
      bench.pass(10_000);
      return bench.hear('dock', bench.ahead + DAY_MS / 4).kind;
    });
    assert.equal(steps.filter((kind) => kind === 'stepped').length, 4);
    assert.equal(bench.ahead, DAY_MS);
    assert.equal(bench.hear('dock', 0).kind, 'stepped');
    assert.equal(bench.ahead, 0);
    assert.equal(bench.hear('dock', -2 * DAY_MS).kind, 'implausible');
  });

  it('is set back after a restart by an honest dock, though the journal went on ahead with it', () => {
    const bench = new Bench(addMillis(AT, DAY_MS));
    bench.setSystem(DAY_MS);
    assert.equal(bench.pass(60_000).hear('dock', 0).kind, 'stepped');
    assert.equal(bench.ahead, 0);
  });

  it('is moved further by a dock once a receiver agreed', () => {
    const bench = new Bench(AT);
    bench.hear('dock', DAY_MS);
    assert.equal(bench.pass(1_000).hear('dock', DAY_MS + 60_000).kind, 'implausible');
    bench.hear('gnss', DAY_MS);
    bench.pass(3_600_000);
    assert.equal(bench.hear('dock', DAY_MS + 60_000).kind, 'stepped');
    assert.equal(bench.hear('dock', 3 * DAY_MS).kind, 'implausible');
  });

  it('is not moved by a reading that may only agree', () => {
    const bench = new Bench(AT);
    const say = (ahead: number): TimeVerdict =>
      bench.take({
        ...{ source: 'dock', at: addMillis(AT, bench.mono + ahead), mono: bench.mono, uncertainty: 1_000 },
        mayStep: false,
      });
    assert.equal(say(60_000).kind, 'implausible');
    assert.equal(say(500).kind, 'adopted');
    assert.equal(bench.ahead, 0);
  });

  it('lets a receiver that pauses, or changes its mind, begin insisting anew', () => {
    const bench = new Bench(AT);
    bench.hearFor(200_000, -9 * DAY_MS);
    bench.pass(31_000);
    assert.ok(bench.hearFor(200_000, -9 * DAY_MS).every(({ kind }) => kind === 'implausible'));
    assert.ok(bench.hearFor(200_000, -8 * DAY_MS).every(({ kind }) => kind === 'implausible'));
    assert.equal(bench.ahead, 0);
  });

  it('believes anybody sensible while its own clock cannot be right', () => {
    const bench = new Bench(addMillis(AT, 900 * DAY_MS));
    assert.equal(bench.hear('dock', 500 * DAY_MS).kind, 'implausible', 'before its own journal');
    assert.equal(bench.hear('dock', 1_300 * DAY_MS).kind, 'implausible', 'a year ahead of it');
    assert.equal(bench.hear('dock', 1_200 * DAY_MS).kind, 'stepped');
    assert.equal(bench.ahead, 1_200 * DAY_MS);
    assert.equal(bench.hear('dock', 1_202 * DAY_MS).kind, 'implausible', 'it is set');
  });

  it('passes over readings that are no times, old, or from the future', () => {
    const bench = new Bench().pass(100_000);
    for (const reading of [
      { at: 'tomorrow', mono: 100_000, uncertainty: 1 },
      { at: AT, mono: 100_000, uncertainty: -1 },
      { at: AT, mono: 100_000, uncertainty: NaN },
      { at: AT, mono: 100_000, uncertainty: DAY_MS + 1 },
      { at: AT, mono: 39_999, uncertainty: 1 },
      { at: AT, mono: 100_001, uncertainty: 1 },
    ]) {
      assert.deepEqual(bench.take({ source: 'gnss', ...reading }), { kind: 'kept' });
    }
    assert.equal(bench.source, 'free-running');
  });

  const honest = fc.record({
    pass: fc.oneof(fc.nat(3_000), fc.nat(20_000_000)),
    source: fc.constantFrom<TimeSource>('gnss', 'dock', 'network'),
    uncertainty: fc.nat(20_000),
    /** How much of its uncertainty it is off, and which way. */
    error: fc.double({ min: -1, max: 1, noNaN: true }),
    late: fc.nat(5_000),
    /** Of the camera's oscillator since the last reading. */
    ppm: fc.double({ min: -200, max: 200, noNaN: true }),
    sleep: fc.constantFrom(0, 0, 0, 2_000, 7_200_000),
  });

  it('is never further off than it says, in a world of bad oscillators, sleep and honest readings', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -200 * DAY_MS, max: 200 * DAY_MS }),
        fc.array(honest, { maxLength: 60 }),
        (systemAhead, readings) => {
          let truth = Date.parse(AT);
          let mono = 0;
          let slept = 0;
          let state = startDiscipline(SETTINGS);
          const system = (): { at: string; mono: number } => ({
            at: new Date(Date.parse(AT) + systemAhead + mono + slept).toISOString(),
            mono,
          });
          const check = (): void => {
            const { uncertainty } = clockStateAt(state, mono);
            const error = Math.abs(timeAt(state, system()) - truth);
            // What a millisecond cuts off.
            assert.ok(uncertainty === undefined || error <= uncertainty + 2, `${error} > ${uncertainty}`);
          };
          state = observeSystem(state, system());
          for (const { pass, source, uncertainty, error, late, ppm, sleep } of readings) {
            const millis = Math.max(pass, late);
            mono += millis;
            truth += millis * (1 + ppm / 1e6) + sleep;
            slept += sleep;
            state = observeSystem(state, system());
            check();
            if (sleep > 0) continue; // what was read before the sleep is not late by what the clock says
            const readTruth = truth - late * (1 + ppm / 1e6);
            const at = new Date(Math.round(readTruth + error * uncertainty)).toISOString();
            ({ state } = weigh(state, { source, at, mono: mono - late, uncertainty }, system()));
            check();
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes anything from anybody without throwing, and shows a time that a calendar has', () => {
    const anything = fc.record({
      source: fc.constantFrom<TimeSource>('gnss', 'dock', 'network'),
      at: fc.oneof(
        fc.string(),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      mono: fc.oneof(fc.nat(), fc.double()),
      uncertainty: fc.oneof(fc.nat(), fc.double()),
      pass: fc.nat(100_000),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 50 }), (readings) => {
        const bench = new Bench(AT);
        for (const { pass, ...reading } of readings) {
          bench.pass(pass).take({ ...reading, mono: Math.min(reading.mono, bench.mono) });
          assert.doesNotThrow(() => new Date(timeAt(bench.state, bench.system)).toISOString());
        }
      }),
    );
  });
});
