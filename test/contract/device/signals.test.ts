import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { GpiodSignals } from '../../../device/adapters/gpiod/gpiod-signals.ts';
import { LedClassSignals } from '../../../device/adapters/sysfs-signals/led-class-signals.ts';
import { PwmBuzzer } from '../../../device/adapters/sysfs-signals/pwm-buzzer.ts';
import { RHYTHMS } from '../../../device/core/cues.ts';
import { LAMPS, type Lamp, type LightPattern } from '../../../device/core/signals.ts';
import type { Signals } from '../../../device/ports/signals.ts';
import { ScriptedSignals } from '../../../device/simulated/scripted-signals.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until } from '../../support/processes.ts';
import { VirtualChip } from '../../support/virtual-chip.ts';

type Use = Lamp | 'buzzer' | 'vibration';
const USES = [...LAMPS, 'buzzer', 'vibration'] as const;
const DARK: LightPattern = { green: 'off', yellow: 'off', red: 'off' };

interface Rig {
  readonly signals: Signals;
  /** Whether it has all it needs; it is told and tells before, too. */
  ready(): boolean;
  /** Levels, as they changed. */
  history(use: Use): readonly boolean[];
  close(): Promise<void>;
}

function gpiodRig(major: 1 | 2): (directory: string) => Promise<Rig> {
  return async (directory) => {
    const names = ['LED_GREEN', null, null, null, 'MOTOR'];
    const chip = new VirtualChip(directory, major, 'lights', names);
    await chip.plug();
    const lines = { green: 'LED_GREEN', yellow: 1, red: 2, buzzer: 3, vibration: 'MOTOR' };
    const signals = new GpiodSignals({ chip: 'lights', lines, tools: directory });
    return {
      signals,
      ready: () => chip.held.length === USES.length,
      history: (use) => chip.history(USES.indexOf(use)),
      close: async () => {
        await signals.close();
        assert.deepEqual(chip.held, []);
        await chip.unplug();
      },
    };
  };
}

/** Files of the LED class; `brightness` is a pipe that keeps every write. */
function ledClassRig(directory: string): Promise<Rig> {
  const pipes = new Map<Use, PipeOfLevels>();
  for (const use of USES) {
    const led = join(directory, `bwc:${use}`);
    mkdirSync(led);
    writeFileSync(join(led, 'max_brightness'), '1\n');
    writeFileSync(join(led, 'trigger'), 'none timer [heartbeat]\n');
    pipes.set(use, new PipeOfLevels(join(led, 'brightness')));
  }
  const leds = Object.fromEntries(USES.map((use) => [use, `bwc:${use}`]));
  const signals = new LedClassSignals({ leds, root: directory });
  return Promise.resolve({
    signals,
    ready: () => true,
    history: (use) => changes(pipes.get(use)?.levels() ?? []),
    close: async () => {
      await signals.close();
      for (const [use, pipe] of pipes) {
        assert.equal(readFileSync(join(directory, `bwc:${use}`, 'trigger'), 'utf8').slice(0, 4), 'none');
        pipe.close();
      }
    },
  });
}

class PipeOfLevels {
  readonly #handle: number;
  #written = '';
  #open = true;

  constructor(path: string) {
    execFileSync('mkfifo', [path]);
    // Open for both, it never ends; without blocking, it never waits.
    this.#handle = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  levels(): readonly boolean[] {
    const buffer = Buffer.alloc(4_096);
    try {
      while (this.#open) this.#written += buffer.toString('latin1', 0, readSync(this.#handle, buffer));
    } catch {
      // It is empty.
    }
    return Array.from(this.#written, (figure) => figure === '1');
  }

  close(): void {
    this.levels();
    this.#open = false;
    closeSync(this.#handle);
  }
}

function changes(levels: readonly boolean[]): readonly boolean[] {
  const all = [false, ...levels];
  return all.filter((level, n) => n === 0 || level !== all[n - 1]);
}

/** What it wrote down, as a lamp would have shown it. */
function scriptedRig(): Promise<Rig> {
  const signals = new ScriptedSignals();
  const history = (use: Use): readonly boolean[] => {
    if (use !== 'buzzer' && use !== 'vibration') {
      return changes(
        signals.patterns.flatMap((pattern) => {
          const blink = pattern[use];
          return blink === 'off' || blink === 'on' ? [blink === 'on'] : [true, false, true, false, true];
        }),
      );
    }
    const heard = signals.cues.filter(({ silently }) => use === 'vibration' || !silently);
    return changes(heard.flatMap(({ cue }) => [...RHYTHMS[cue][use].map((_ms, n) => n % 2 === 0), false]));
  };
  return Promise.resolve({ signals, ready: () => true, history, close: () => signals.close() });
}

function lit(rig: Rig, use: Use): boolean {
  return rig.history(use).at(-1) === true;
}

function beats(rig: Rig, use: Use): number {
  return rig.history(use).filter((level) => level).length;
}

for (const [name, make] of [
  ['gpioset of libgpiod 1', gpiodRig(1)],
  ['gpioset of libgpiod 2', gpiodRig(2)],
  ['LED class', ledClassRig],
  ['scripted', scriptedRig],
] as const) {
  describe(`signals: ${name}`, function () {
    this.timeout(60_000);

    const withRig = (use: (rig: Rig) => Promise<void>): Promise<void> =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        try {
          await use(rig);
        } finally {
          await rig.close();
        }
      });

    it('show a pattern until the next', () =>
      withRig(async (rig) => {
        rig.signals.light({ ...DARK, green: 'on' });
        await until('green is lit', () => lit(rig, 'green'), 20_000, 10);
        rig.signals.light({ ...DARK, red: 'on' });
        await until('red is lit', () => lit(rig, 'red') && !lit(rig, 'green'), 20_000, 10);
        assert.deepEqual(rig.history('yellow'), [false]);
        assert.equal(rig.signals.trouble, undefined);
      }));

    it('blink, and leave alone a lamp that goes on as it did', () =>
      withRig(async (rig) => {
        rig.signals.light({ ...DARK, green: 'on', yellow: [500, 500] });
        await until('three flashes', () => beats(rig, 'yellow') >= 3, 20_000, 10);
        for (let n = 0; n < 5; n += 1) rig.signals.light({ ...DARK, green: 'on', yellow: [500, 500] });
        rig.signals.light({ ...DARK, green: 'on', yellow: 'on', red: 'on' });
        await until('red is lit', () => lit(rig, 'red') && lit(rig, 'yellow'), 20_000, 10);
        assert.deepEqual(rig.history('green'), [false, true]);
      }));

    it('give a cue once, heard and felt, and silently felt only', () =>
      withRig(async (rig) => {
        await until('it is ready', () => rig.ready(), 20_000, 10);
        rig.signals.cue('fault');
        const over = (use: Use, count: number) => (): boolean => beats(rig, use) >= count && !lit(rig, use);
        await until('it was heard', over('buzzer', 2), 20_000, 10);
        await until('it was felt', over('vibration', 2), 20_000, 10);
        rig.signals.cue('fault', true);
        await until('it was felt once more', over('vibration', 4), 20_000, 10);
        assert.equal(beats(rig, 'buzzer'), 2);
        assert.equal(beats(rig, 'vibration'), 4);
      }));

    it('are dark and silent when closed', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        rig.signals.light({ green: 'on', yellow: 'on', red: [500, 500] });
        await until(
          'red was lit',
          () => lit(rig, 'red') && lit(rig, 'green') && lit(rig, 'yellow'),
          20_000,
          10,
        );
        rig.signals.cue('fault');
        await rig.close();
        for (const use of USES) await until(`${use} is off`, () => !lit(rig, use), 5_000, 10);
      }));

    it('can be closed at once', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        rig.signals.light({ ...DARK, red: [500, 500] });
        await rig.close();
      }));
  });
}

describe('signals on files of the kernel', function () {
  this.timeout(30_000);

  it('say which file does not work, and work when it does', () =>
    withDirectory(async (directory) => {
      const signals = new LedClassSignals({ leds: { red: 'gone' }, root: directory });
      signals.light({ ...DARK, red: 'on' });
      await until('the trouble', () => signals.trouble?.includes('gone/max_brightness'), 5_000, 10);
      mkdirSync(join(directory, 'gone'));
      writeFileSync(join(directory, 'gone', 'max_brightness'), '255\n');
      const brightness = join(directory, 'gone', 'brightness');
      await until('no trouble', () => signals.trouble === undefined, 10_000, 50);
      assert.equal(readFileSync(brightness, 'utf8'), '255');
      await signals.close();
      assert.equal(readFileSync(brightness, 'utf8'), '0');
    }));

  it('sound a passive buzzer at its tone', () =>
    withDirectory(async (directory) => {
      const channel = join(directory, 'pwmchip0', 'pwm1');
      mkdirSync(channel, { recursive: true });
      const buzzer = new PwmBuzzer({ chip: 0, channel: 1, hertz: 2_500, root: directory });
      for (const file of ['period', 'duty_cycle', 'enable']) writeFileSync(join(channel, file), '0');
      const read = (file: string): string => readFileSync(join(channel, file), 'utf8');
      buzzer.cue('started');
      await until('it sounds', () => read('enable') === '1', 5_000, 5);
      assert.deepEqual([read('period'), read('duty_cycle')], ['400000', '200000']);
      await until('it is silent', () => read('enable') === '0', 5_000, 5);
      buzzer.cue('fault', true);
      buzzer.light();
      await buzzer.close();
      assert.equal(read('enable'), '0');
    }));

  it('asks the kernel for the channel of a passive buzzer', () =>
    withDirectory(async (directory) => {
      mkdirSync(join(directory, 'pwmchip2'));
      const buzzer = new PwmBuzzer({ chip: 2, channel: 3, hertz: 2_500, root: directory });
      await until('the trouble', () => buzzer.trouble !== undefined, 5_000, 5);
      assert.equal(readFileSync(join(directory, 'pwmchip2', 'export'), 'utf8'), '3');
      await buzzer.close();
    }));
});
