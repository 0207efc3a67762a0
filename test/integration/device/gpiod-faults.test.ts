import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'mocha';
import { GpiodButtons, type GpiodButtonsSettings } from '../../../device/adapters/gpiod/gpiod-buttons.ts';
import { GpiodSignals } from '../../../device/adapters/gpiod/gpiod-signals.ts';
import { OnoffButtons } from '../../../device/adapters/onoff-buttons.ts';
import { gpiodMajorOf, gpioinfoArguments, gpiomonArguments, holdPlan } from '../../../device/core/gpiod.ts';
import type { ButtonEdge } from '../../../device/ports/buttons.ts';
import { clock, quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until } from '../../support/processes.ts';
import { VirtualChip } from '../../support/virtual-chip.ts';

const run = promisify(execFile);
const NAMES = ['BTN_RECORD', 'BTN_MARK', 'LED_RED', 'LED_GREEN'];

async function troubleOf(settings: GpiodButtonsSettings, expected: RegExp): Promise<void> {
  const buttons = new GpiodButtons(settings, clock, quiet);
  buttons.listen(() => undefined);
  await until(`trouble ${String(expected)}`, () => expected.test(buttons.trouble ?? ''), 20_000, 20);
  await buttons.close();
}

function program(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
}

describe('panel on lines of a chip', function () {
  this.timeout(60_000);

  it('says what is missing: tools, chip, line', () =>
    withDirectory(async (directory) => {
      await troubleOf({ chip: '0', lines: { record: 0 }, tools: '/nowhere' }, /gpiomon failed: .*ENOENT/);
      const chip = new VirtualChip(directory, 2, 'buttons', NAMES);
      await chip.plug();
      await troubleOf(
        { chip: 'other', lines: { record: 0 }, tools: directory },
        /there is no GPIO chip other/,
      );
      await troubleOf(
        { chip: '0', lines: { record: 'BTN_X' }, tools: directory },
        /gpiochip0 has no line BTN_X \(record\)/,
      );
      await chip.unplug();
    }));

  it('says what the tools that are installed say here, where there is no chip', async () => {
    await troubleOf({ chip: 'no such label', lines: { record: 0 } }, /there is no GPIO chip no such label/);
  });

  it('asks the tools that are installed for nothing they do not know', async () => {
    const { stdout } = await run('gpiomon', ['--version']);
    const major = gpiodMajorOf(stdout);
    assert.ok(major !== undefined);
    const options = { activeLow: true, bias: 'pull-up' } as const;
    const blink = holdPlan(major, 'gpiochip999', 2, { millis: [100, 100], repeat: true }, options);
    const calls: [string, readonly string[]][] = [
      ['gpioinfo', gpioinfoArguments(major, 'gpiochip999')],
      ['gpiomon', gpiomonArguments(major, 'gpiochip999', [4, 5], options)],
      ...blink.steps.map(({ args }): [string, readonly string[]] => ['gpioset', args]),
    ];
    for (const [tool, args] of calls) {
      // It gets as far as to look for the chip.
      await assert.rejects(run(tool, [...args]), /No such file or directory|cannot find GPIO chip/);
    }
  });

  for (const major of [1, 2] as const) {
    it(`waits for lines that somebody else has, and takes them when they are free (version ${major})`, () =>
      withDirectory(async (directory) => {
        const chip = new VirtualChip(directory, major, 'buttons', NAMES);
        await chip.plug();
        const settings = { chip: '0', lines: { record: 0 }, tools: directory };
        const first = new GpiodButtons(settings, clock, quiet);
        first.listen(() => undefined);
        await until('the first hears', () => chip.isMonitored, 15_000, 20);
        const edges: ButtonEdge[] = [];
        const second = new GpiodButtons(settings, clock, quiet);
        second.listen((edge) => void edges.push(edge));
        await until(
          'the second is refused',
          () => second.trouble?.includes('Device or resource busy'),
          15_000,
          20,
        );
        await first.close();
        await until('the second hears', () => second.trouble === undefined, 20_000, 20);
        chip.drive(0, true);
        await until('an edge', () => edges.length === 1, 5_000, 20);
        await second.close();
        await chip.unplug();
      }));

    it(`lights again when the chip was gone and is back (version ${major})`, () =>
      withDirectory(async (directory) => {
        const chip = new VirtualChip(directory, major, 'lights', NAMES);
        await chip.plug();
        const signals = new GpiodSignals({ chip: 'lights', lines: { red: 'LED_RED' }, tools: directory });
        signals.light({ green: 'off', yellow: 'off', red: 'on' });
        await until('it is lit', () => chip.history(2).at(-1) === true, 15_000, 20);
        await chip.unplug();
        await until('the trouble', () => signals.trouble !== undefined, 15_000, 20);
        await chip.plug();
        await until('it is lit again', () => chip.history(2).at(-1) === true, 20_000, 20);
        await until('no trouble', () => signals.trouble === undefined, 5_000, 20);
        await signals.close();
        await chip.unplug();
      }));

    it(`holds no line any more when the camera is killed (version ${major})`, () =>
      withDirectory(async (directory) => {
        const chip = new VirtualChip(directory, major, 'case', NAMES);
        await chip.plug();
        const camera = new URL('../../support/panel-of-lines.ts', import.meta.url).pathname;
        const child = spawn(process.execPath, [camera, directory], { stdio: 'ignore' });
        await until('every line is held', () => chip.held.length === 4, 20_000, 20);
        child.kill('SIGKILL');
        await once(child, 'exit');
        await until('no line is held', () => chip.held.length === 0, 5_000, 20);
        await chip.unplug();
      }));
  }

  it('does not start tools in a storm when they fail at once', () =>
    withDirectory(async (directory) => {
      program(join(directory, 'gpiomon'), 'echo "gpiomon (libgpiod) v1.6.3"; [ "$1" = --version ]');
      program(join(directory, 'gpiodetect'), 'echo "gpiochip0 [x] (4 lines)"');
      program(join(directory, 'gpioinfo'), 'printf "\\tline   0:      unnamed  unused\\n"');
      program(join(directory, 'gpioset'), `echo x >> ${directory}/starts; echo no >&2; exit 1`);
      const signals = new GpiodSignals({ chip: 'x', lines: { red: 0 }, tools: directory });
      for (let n = 0; n < 100; n += 1) {
        signals.light({ green: 'off', yellow: 'off', red: n % 2 === 0 ? 'on' : [100, 100] });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await until('it is told', () => signals.trouble !== undefined, 10_000, 10);
      assert.match(signals.trouble ?? '', /gpioset, red: no/);
      // A tool that is told to leave before it could fail is no failure yet: a slow machine sees a few of those.
      const starts = readFileSync(join(directory, 'starts'), 'utf8').length / 2;
      assert.ok(starts <= 20, `${starts} starts for 100 changes`);
      await signals.close();
    }));

  it('believes no line of text that a tool should not write', () =>
    withDirectory(async (directory) => {
      const noise = [
        'event:  RISING EDGE offset: 0 timestamp: [1.1]',
        '0 1 99999999999999999999.1',
        '7 1 1.1',
        '0 1 1.'.repeat(20_000),
        '0 1 1.5',
      ].join('\n');
      writeFileSync(join(directory, 'noise'), `${noise}\n`);
      program(
        join(directory, 'gpiomon'),
        `[ "$1" = --version ] && echo "gpiomon (libgpiod) v1.6.3" || { cat ${directory}/noise; exec sleep 1000; }`,
      );
      program(join(directory, 'gpiodetect'), 'echo "gpiochip0 [x] (4 lines)"');
      program(join(directory, 'gpioinfo'), 'printf "\\tline   0:      unnamed  unused\\n"');
      const edges: ButtonEdge[] = [];
      const before = clock.now().mono;
      const buttons = new GpiodButtons({ chip: 'x', lines: { record: 0 }, tools: directory }, clock, quiet);
      buttons.listen((edge) => void edges.push(edge));
      await until('the last line', () => edges.length === 1, 15_000, 20);
      // Its stamp is of no clock of ours: the time it came stands for it.
      assert.ok((edges[0]?.mono ?? 0) >= before);
      await buttons.close();
    }));
});

describe('onoff', () => {
  it('says what to do when the package is not there, or not compiled', async () => {
    const other = new OnoffButtons({ chip: 'x', lines: { record: 0 } }, clock, quiet, () =>
      Promise.resolve({}),
    );
    other.listen(() => undefined);
    await until('the trouble', () => other.trouble?.includes('onoff is not what it should be'), 5_000, 5);
    await other.close();
    const real = new OnoffButtons({ chip: 'x', lines: { record: 0 }, root: '/nowhere' }, clock, quiet);
    real.listen(() => undefined);
    await until('the trouble', () => /npm rebuild epoll|nowhere/.test(real.trouble ?? ''), 5_000, 5);
    await real.close();
  });

  it('says when no chip has the label', () =>
    withDirectory(async (directory) => {
      const module = { Gpio: Object };
      const settings = { chip: 'buttons', lines: { record: 0 }, root: directory };
      const buttons = new OnoffButtons(settings, clock, quiet, () => Promise.resolve(module));
      buttons.listen(() => undefined);
      await until('the trouble', () => buttons.trouble?.includes('no GPIO chip labelled buttons'), 5_000, 5);
      await buttons.close();
    }));
});
