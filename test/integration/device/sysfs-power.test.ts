import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, it } from 'mocha';
import { SysfsPower } from '../../../device/adapters/sysfs-power.ts';
import { SUPPLY_FILES, sumUpSupplies } from '../../../device/core/power-supplies.ts';
import { until } from '../../support/processes.ts';
import { temporaryDirectories } from '../../support/temporary.ts';

describe('power by sysfs', () => {
  const directories = temporaryDirectories();
  let root: string;
  let power: SysfsPower;

  beforeEach(() => {
    root = directories();
    power = new SysfsPower(join(root, 'class'));
    mkdirSync(join(root, 'class'));
  });

  /** As the kernel does: the class holds links to devices elsewhere. */
  function supply(name: string, facts: Record<string, string | number>): void {
    mkdirSync(join(root, name), { recursive: true });
    for (const [file, value] of Object.entries(facts)) writeFileSync(join(root, name, file), `${value}\n`);
    rmSync(join(root, 'class', name), { force: true });
    symlinkSync(join('..', name), join(root, 'class', name));
  }

  it('reads battery and charger', async () => {
    supply('BAT0', { type: 'Battery', present: 1, status: 'Discharging', capacity: 57 });
    supply('AC', { type: 'Mains', online: 0 });
    assert.deepEqual(await power.read(), { percent: 57, charging: false, external: false });
    supply('BAT0', { status: 'Charging', capacity: 58 });
    supply('AC', { online: 1 });
    assert.deepEqual(await power.read(), { percent: 58, charging: true, external: true });
    supply('BAT0', { status: 'Full', capacity: 101 });
    assert.deepEqual(await power.read(), { percent: 100, charging: false, external: true });
  });

  it('works the percentage out where the driver does not say it, from energy or charge', async () => {
    supply('BAT0', { type: 'Battery', status: 'Discharging', energy_now: 1_500_000, energy_full: 6_000_000 });
    assert.equal((await power.read())?.percent, 25);
    supply('BAT0', { energy_now: '', charge_now: 900, charge_full: 1_000 });
    assert.equal((await power.read())?.percent, 90);
  });

  it('takes several batteries together, by what each holds', async () => {
    supply('BAT0', { type: 'Battery', energy_now: 0, energy_full: 3_000 });
    supply('BAT1', { type: 'Battery', capacity: 100, energy_now: 990, energy_full: 1_000 });
    assert.equal((await power.read())?.percent, 25);
    supply('BAT2', { type: 'Battery', capacity: 50 });
    assert.equal((await power.read())?.percent, 50, 'one does not tell what it holds: the mean');
  });

  it('passes over batteries that are not there, or not its own', async () => {
    supply('BAT0', { type: 'Battery', present: 0, capacity: 3 });
    supply('hid-mouse', { type: 'Battery', scope: 'Device', capacity: 9 });
    assert.equal(await power.read(), undefined);
    supply('usb', { type: 'USB', online: 1 });
    assert.deepEqual(await power.read(), { charging: false, external: true });
  });

  it('knows nothing where there is nothing, and does not reject', async () => {
    assert.equal(await power.read(), undefined);
    assert.equal(await new SysfsPower(join(root, 'nowhere')).read(), undefined);
    supply('BAT0', { type: 'Battery', capacity: 'x'.repeat(100_000), status: '\u0000\u0001' });
    assert.deepEqual(await power.read(), { charging: false, external: false });
    supply('BAT0', { capacity: -5 });
    assert.equal((await power.read())?.percent, undefined);
  });

  it('looks no second time while a driver hangs, and gives up waiting', async function () {
    this.timeout(10_000);
    supply('BAT0', { type: 'Battery', capacity: 50 });
    rmSync(join(root, 'BAT0', 'capacity'));
    execFileSync('mkfifo', [join(root, 'BAT0', 'capacity')]); // opening it waits for a writer
    const first = power.read();
    const asked = performance.now();
    assert.equal(await power.read(), undefined);
    assert.ok(performance.now() - asked < 1_000, 'at once');
    assert.equal(await first, undefined);
    writeFileSync(join(root, 'BAT0', 'capacity'), '50\n');
    rmSync(join(root, 'BAT0', 'capacity'));
    supply('BAT0', { capacity: 51 });
    const state = await until('it looks again', () => power.read(), 5_000, 20);
    assert.equal(state.percent, 51);
  });

  it('gives a percentage from 0 to 100 or none, whatever drivers say', () => {
    const word = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.constantFrom('Battery', 'Mains', 'USB', 'Charging', 'Full', '0', '1'),
    );
    const facts = fc.dictionary(fc.constantFrom(...SUPPLY_FILES), word);
    fc.assert(
      fc.property(fc.array(facts), (supplies) => {
        const percent = sumUpSupplies(supplies)?.percent;
        assert.ok(percent === undefined || (Number.isInteger(percent) && percent >= 0 && percent <= 100));
      }),
    );
  });
});
