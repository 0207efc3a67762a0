import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { GpiodButtons } from '../../../device/adapters/gpiod/gpiod-buttons.ts';
import { OnoffButtons, type OnoffGpio } from '../../../device/adapters/onoff-buttons.ts';
import {
  BUTTON_NAMES,
  type ButtonEdge,
  type ButtonName,
  type Buttons,
} from '../../../device/ports/buttons.ts';
import { ScriptedButtons } from '../../../device/simulated/scripted-buttons.ts';
import { clock, quiet } from '../../support/device-capture.ts';
import { withDirectory } from '../../support/device-footage.ts';
import { until } from '../../support/processes.ts';
import { VirtualChip } from '../../support/virtual-chip.ts';

interface Rig {
  readonly buttons: Buttons;
  touch(button: ButtonName, down: boolean): void;
  /** The source dies, and could be opened again. */
  lose(): void;
  /** What of the machine is still held. */
  held(): number;
  close(): Promise<void>;
}

const LINES = { record: 0, audio: 1, photo: 'BTN_PHOTO', mark: 3, power: 4 } as const;
const OFFSETS = { record: 0, audio: 1, photo: 2, mark: 3, power: 4 } as const;
const NAMES = ['BTN_RECORD', null, 'BTN_PHOTO', null, null, null];

function gpiodRig(major: 1 | 2, activeLow: boolean): (directory: string) => Promise<Rig> {
  return async (directory) => {
    const chip = new VirtualChip(directory, major, 'buttons', NAMES);
    await chip.plug();
    const settings = { chip: 'buttons', lines: LINES, activeLow, tools: directory };
    const buttons = new GpiodButtons(settings, clock, quiet);
    return {
      buttons,
      touch: (button, down) => chip.drive(OFFSETS[button], down !== activeLow),
      lose: () => chip.dropMonitors(),
      held: () => chip.held.length,
      close: async () => {
        await buttons.close();
        await chip.unplug();
      },
    };
  };
}

/** What of `onoff` is used, over a table instead of the kernel. */
function onoffRig(directory: string): Promise<Rig> {
  type Watcher = Parameters<OnoffGpio['watch']>[0];
  const watched = new Map<number, Watcher>();
  class Gpio implements OnoffGpio {
    readonly #line: number;

    constructor(line: number, direction: string, edge: string) {
      assert.deepEqual([direction, edge], ['in', 'both']);
      assert.ok(!watched.has(line), 'exported once');
      this.#line = line;
    }

    watch(listener: Watcher): void {
      watched.set(this.#line, listener);
    }

    unexport(): void {
      watched.delete(this.#line);
    }
  }
  // As on a kernel that counts from 512, with another chip beside it.
  for (const [label, base] of [
    ['expander', 600],
    ['buttons', 512],
  ] as const) {
    const chip = join(directory, `gpiochip${base}`);
    mkdirSync(chip);
    writeFileSync(join(chip, 'label'), `${label}\n`);
    writeFileSync(join(chip, 'base'), `${base}\n`);
  }
  const settings = { chip: 'buttons', lines: OFFSETS, root: directory };
  const buttons = new OnoffButtons(settings, clock, quiet, () => Promise.resolve({ default: { Gpio } }));
  return Promise.resolve({
    buttons,
    touch: (button, down) => watched.get(512 + OFFSETS[button])?.(null, down ? 1 : 0),
    lose: () => watched.get(512)?.(new Error('the line is gone'), 0),
    held: () => watched.size,
    close: () => buttons.close(),
  });
}

function scriptedRig(): Promise<Rig> {
  const buttons = new ScriptedButtons(clock);
  return Promise.resolve({
    buttons,
    touch: (button, down) => buttons.edge(button, down),
    lose: () => {
      buttons.lose('by script');
      setTimeout(() => buttons.restore(), 20);
    },
    held: () => 0,
    close: () => buttons.close(),
  });
}

class Witness {
  readonly edges: ButtonEdge[] = [];
  unheard = 0;

  constructor(buttons: Buttons) {
    buttons.listen(
      (edge) => void this.edges.push(edge),
      () => void (this.unheard += 1),
    );
  }

  get words(): string[] {
    return this.edges.map(({ button, down }) => `${button} ${down ? 'down' : 'up'}`);
  }
}

async function heard(buttons: Buttons): Promise<void> {
  await until('the buttons are heard', () => buttons.trouble === undefined, 15_000, 20);
}

for (const [name, make] of [
  ['gpiomon of libgpiod 1', gpiodRig(1, false)],
  ['gpiomon of libgpiod 2', gpiodRig(2, false)],
  ['gpiomon of libgpiod 1, active low', gpiodRig(1, true)],
  ['gpiomon of libgpiod 2, active low', gpiodRig(2, true)],
  ['onoff', onoffRig],
  ['scripted', scriptedRig],
] as const) {
  describe(`buttons: ${name}`, function () {
    this.timeout(60_000);

    it('give every edge in order, under its name, at its time', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        const witness = new Witness(rig.buttons);
        await heard(rig.buttons);
        const before = clock.now().mono;
        const touched: string[] = [];
        for (let n = 0; n < 20; n += 1) {
          const button = BUTTON_NAMES[n % BUTTON_NAMES.length] ?? 'record';
          const down = n % 10 < 5;
          rig.touch(button, down);
          touched.push(`${button} ${down ? 'down' : 'up'}`);
        }
        await until('every edge', () => witness.edges.length === touched.length, 15_000, 20);
        assert.deepEqual(witness.words, touched);
        let last = before - 1;
        for (const { mono } of witness.edges) {
          assert.ok(mono >= last && mono <= clock.now().mono, `${mono} after ${last}`);
          last = mono;
        }
        await rig.close();
      }));

    it('say that they were not heard, are opened again by themselves, and are heard again', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        const witness = new Witness(rig.buttons);
        await heard(rig.buttons);
        rig.lose();
        await until('it is told', () => witness.unheard === 1, 15_000, 10);
        await heard(rig.buttons);
        rig.touch('mark', true);
        await until('an edge', () => witness.words.includes('mark down'), 15_000, 20);
        assert.equal(witness.unheard, 1);
        await rig.close();
      }));

    it('let go of everything when closed, and give nothing more', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        const witness = new Witness(rig.buttons);
        await heard(rig.buttons);
        await rig.buttons.close();
        await until('nothing is held', () => rig.held() === 0, 5_000, 20);
        rig.touch('record', true);
        await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(witness.edges, []);
        await rig.close();
      }));

    it('can be closed before they were ever heard', () =>
      withDirectory(async (directory) => {
        const rig = await make(directory);
        new Witness(rig.buttons);
        await rig.buttons.close();
        await until('nothing is held', () => rig.held() === 0, 5_000, 20);
        await rig.close();
      }));
  });
}
