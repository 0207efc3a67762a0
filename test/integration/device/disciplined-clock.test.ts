import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import fc from 'fast-check';
import { createLog } from '@mingjing/runtime';
import { DisciplinedClock } from '../../../device/adapters/disciplined-clock.ts';
import { SystemClock } from '../../../device/adapters/system-clock.ts';
import { SystemTime } from '../../../device/adapters/system-time.ts';
import { boundsOf, MAX_LEAD_MS } from '../../../device/core/clock-discipline.ts';
import { addMillis } from '../../../device/core/time.ts';
import { ScriptedClock } from '../../../device/simulated/scripted-clock.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

const quiet = createLog('test', { level: 'silent' });
const BOUNDS = boundsOf(new Date(Date.now() - 86_400_000), new Date(Date.now() + 86_400_000));
const SETTINGS = { driftPpm: 200, maxLeadMs: MAX_LEAD_MS, ...BOUNDS };
const HOUR_MS = 3_600_000;

describe('disciplined clock', () => {
  it('goes on by the monotonic clock from the moment somebody vouched', () => {
    const system = new ScriptedClock();
    const clock = new DisciplinedClock(system, SETTINGS);
    assert.equal(clock.boot, system.boot);
    assert.deepEqual(clock.state(), { source: 'free-running' });
    const { at, mono } = system.now();
    const verdict = clock.take({ source: 'dock', at: addMillis(at, HOUR_MS), mono, uncertainty: 1_000 });
    assert.equal(verdict.kind, 'stepped');
    assert.equal(clock.state().source, 'dock');
    system.stepWall(-24 * HOUR_MS);
    const later = clock.now();
    assert.equal(later.at, addMillis(at, HOUR_MS + (later.mono - mono)));
  });

  it('never breaks the monotonic order, whatever it is told and whoever sets the system clock', () => {
    const action = fc.record({
      ahead: fc.oneof(fc.integer({ min: -1e13, max: 1e13 }), fc.integer({ min: -1e5, max: 1e5 })),
      source: fc.constantFrom('gnss' as const, 'dock' as const, 'network' as const),
      uncertainty: fc.nat(100_000),
      pass: fc.nat(1_000_000),
      stepWall: fc.oneof(fc.constant(0), fc.integer({ min: -1e11, max: 1e11 })),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const system = new ScriptedClock();
        const clock = new DisciplinedClock(system, SETTINGS);
        let before = clock.now();
        for (const { ahead, source, uncertainty, pass, stepWall } of actions) {
          system.passTime(pass);
          system.stepWall(stepWall);
          const { at, mono } = system.now();
          const said = new Date(Date.parse(at) + ahead).toJSON();
          clock.take({ source, at: said, mono, uncertainty });
          const now = clock.now();
          assert.ok(now.mono >= before.mono);
          assert.match(now.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
          before = now;
        }
      }),
    );
  });

  it('knows the times it cannot live to see by its own certificate', () => {
    assert.deepEqual(boundsOf(new Date('2020-06-01T00:00:00Z'), new Date('2030-06-01T00:00:00Z')), {
      earliest: '2024-01-01T00:00:00.000Z',
      latest: '2040-06-08T00:00:00.000Z',
    });
    assert.equal(boundsOf(new Date('2027-06-02T00:00:00Z'), new Date()).earliest, '2027-06-01T00:00:00.000Z');
  });
});

describe('system time', () => {
  const directory = temporaryDirectories();
  let clock: DisciplinedClock;
  let told: string;
  let time: SystemTime;

  /** Sets nothing: no test may set the clock of the machine it runs on. */
  function withDate(script: string): void {
    const path = join(directory(), 'date');
    told = `${path}.told`;
    writeFileSync(path, `#!/bin/sh\n${script.replaceAll('TOLD', told)}\n`);
    chmodSync(path, 0o755);
    time = new SystemTime(clock, quiet, path);
  }

  function hear(aheadMs: number): void {
    const { at, mono } = clock.now();
    clock.take({ source: 'dock', at: addMillis(at, aheadMs), mono, uncertainty: 1_000 });
  }

  beforeEach(() => {
    clock = new DisciplinedClock(new SystemClock(), SETTINGS);
  });

  afterEach(() => time.close());

  it('is set by a clock that somebody vouched for, when the two are apart, in UTC', async () => {
    withDate('echo "$@" >> TOLD');
    await time.adjust();
    hear(0);
    await time.adjust();
    assert.equal(existsSync(told), false, 'nothing to set');
    hear(HOUR_MS);
    await time.adjust();
    const [, set = ''] = /^--utc --set=(\S+)\n$/.exec(readFileSync(told, 'utf8')) ?? [];
    assert.ok(Math.abs(Date.parse(set) - Date.now() - HOUR_MS) < 10_000, set);
    assert.ok((clock.state().uncertainty ?? Infinity) < 2_000, 'its own doing is no news to it');
  });

  it('that cannot be set does no harm', async () => {
    withDate('exit 1');
    hear(HOUR_MS);
    await time.adjust();
    await time.adjust();
    assert.equal(clock.state().source, 'dock');
  });
});
