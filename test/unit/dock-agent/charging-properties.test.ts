import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChargeWorld } from '../../support/dock-agent/charge-world.ts';

const BAYS = 6;
const bay = fc.integer({ min: 1, max: BAYS });
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('surge' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('dock' as const),
      bay,
      draw: fc.integer({ min: 0, max: 2_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('drift' as const),
      bay,
      by: fc.integer({ min: -150, max: 150 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undock' as const), bay }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('hot' as const),
      bay,
      celsius: fc.integer({ min: -20, max: 80 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('off' as const, 'on' as const, 'silent' as const, 'loud' as const),
      bay,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('lose' as const, 'up' as const, 'mute' as const) }),
  },
);
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

function act(world: ChargeWorld, one: Deed): void {
  switch (one.kind) {
    case 'run': {
      world.run(one.ms);
      return;
    }
    case 'dock': {
      if (world.state.bays.get(one.bay)?.present !== true) world.dock(one.bay, one.draw);
      return;
    }
    case 'drift': {
      const there = world.bay(one.bay);
      there.draw = Math.max(0, Math.min(2_000, there.draw + one.by));
      world.run(250);
      return; // a camera takes no more than the margin more before its next reading
    }
    case 'surge':
      for (const there of world.bays.values()) there.draw = Math.min(2_000, there.draw + 150);
      world.run(250);
      return;
    case 'undock': {
      world.undock(one.bay);
      return;
    }
    case 'hot':
      world.bay(one.bay).celsius = one.celsius;
      return;
    case 'off':
    case 'on': {
      world.take({ type: `bay-${one.kind}`, bay: one.bay, at: world.now });
      return;
    }
    case 'silent':
    case 'loud':
      world.bay(one.bay).silent = one.kind === 'silent';
      return;
    case 'lose': {
      world.lose();
      return;
    }
    case 'up':
      world.mute = false;
      world.up();
      return;
    case 'mute':
      world.mute = true;
      return;
    default:
      one satisfies never;
  }
}

describe('charging, whatever happens', () => {
  it('never takes more than the supply has, nor sets more aside', () => {
    const budgets = fc.integer({ min: 2_000, max: 9_000 });
    fc.assert(
      fc.property(budgets, fc.array(deed, { maxLength: 60, size: 'max' }), (budgetMilliamps, deeds) => {
        const world = new ChargeWorld(BAYS, { budgetMilliamps, noLoadMilliamps: 0 }).up();
        for (const one of deeds) {
          act(world, one);
          assert.ok(world.mostFlow <= budgetMilliamps, `${world.mostFlow} mA of ${budgetMilliamps}`);
          assert.ok(world.reserved <= budgetMilliamps, `${world.reserved} mA set aside`);
          assert.ok(world.agreed);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('charges every camera in the end once all is well', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40, size: 'max' }), (deeds) => {
        const world = new ChargeWorld(BAYS, { budgetMilliamps: 4_000, noLoadMilliamps: 0 }).up();
        for (const one of deeds) act(world, one);
        world.mute = false;
        world.up();
        for (const [number, there] of world.bays) {
          there.silent = false;
          there.celsius = 25;
          world.take({ type: 'bay-on', bay: number, at: world.now });
          if (world.state.bays.get(number)?.present !== true) world.dock(number);
          there.draw = 60;
        }
        world.run(2 * 3_600_000, 1_000);
        assert.deepEqual(world.shown, Array<string>(BAYS).fill('full'));
      }),
      { numRuns: 25 },
    );
  });

  it('takes back every alarm it raised once all is well', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40, size: 'max' }), (deeds) => {
        const world = new ChargeWorld(BAYS).up();
        for (const one of deeds) act(world, one);
        world.mute = false;
        world.up();
        for (const [number, there] of world.bays) {
          there.silent = false;
          there.celsius = 25;
          world.undock(number);
        }
        world.run(60_000);
        const standing = new Map<string, string>();
        for (const alarm of world.alarms) {
          const [what, severity] = [
            alarm.slice(0, alarm.lastIndexOf(' ')),
            alarm.slice(alarm.lastIndexOf(' ') + 1),
          ];
          assert.notEqual(standing.get(what) === undefined, severity === 'info', alarm);
          if (severity === 'info') standing.delete(what);
          else standing.set(what, severity);
        }
        assert.deepEqual([...standing.keys()], []);
      }),
      { numRuns: 100 },
    );
  });
});
