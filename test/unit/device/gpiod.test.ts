import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  chipNameOf,
  gpioEventOf,
  gpioinfoArguments,
  gpiodMajorOf,
  gpiomonArguments,
  holdPlan,
  offsetOf,
} from '../../../device/core/gpiod.ts';

/** As printed by gpioinfo of 1.6.3, and of 2.2. */
const INFO_1 = `gpiochip0 - 8 lines:
\tline   0: "BTN_RECORD"       unused   input  active-high
\tline   1:      unnamed       unused   input  active-high
\tline   2:    "LED RED"    "gpioset"  output  active-low [used]
`;
const INFO_2 = `gpiochip0 - 8 lines:
\tline   0:\t"BTN_RECORD"    \tinput
\tline   1:\tunnamed         \tinput active-low bias=pull-up
\tline   2:\t"LED RED"       \toutput consumer="gpioset"
`;

describe('libgpiod tools', () => {
  it('tells the versions apart', () => {
    assert.equal(gpiodMajorOf('gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018'), 1);
    assert.equal(gpiodMajorOf('gpiomon (libgpiod) v2.2.1\nCopyright (C) 2017-2023'), 2);
    assert.equal(gpiodMajorOf('gpiomon (libgpiod) v3.0'), undefined);
    assert.equal(gpiodMajorOf(''), undefined);
  });

  it('finds a chip by name, number, path or label', () => {
    const detected = 'gpiochip0 [pinctrl-bcm2711] (58 lines)\ngpiochip1 [buttons [case]] (8 lines)\n';
    for (const chip of ['gpiochip1', '1', '/dev/gpiochip1', 'buttons [case]']) {
      assert.equal(chipNameOf(chip, detected), 'gpiochip1', chip);
    }
    assert.equal(chipNameOf('pinctrl', detected), undefined);
  });

  it('finds a line by offset or name in what either version prints', () => {
    for (const info of [INFO_1, INFO_2]) {
      assert.equal(offsetOf('BTN_RECORD', info), 0);
      assert.equal(offsetOf('LED RED', info), 2);
      assert.equal(offsetOf(1, info), 1);
      assert.equal(offsetOf(3, info), undefined);
      assert.equal(offsetOf('unnamed', info), undefined);
      assert.equal(offsetOf('gpioset', info), undefined);
    }
    assert.deepEqual(gpioinfoArguments(1, 'gpiochip0'), ['gpiochip0']);
    assert.deepEqual(gpioinfoArguments(2, 'gpiochip0'), ['--chip', 'gpiochip0']);
  });

  it('asks either version for the edges of many lines', () => {
    const options = { activeLow: true, bias: 'pull-up' } as const;
    assert.equal(
      gpiomonArguments(1, 'gpiochip0', [4, 5], options).join(' '),
      '--line-buffered --format=%o %e %s.%n --active-low --bias=pull-up gpiochip0 4 5',
    );
    assert.equal(
      gpiomonArguments(2, 'gpiochip0', [4, 5], options).join(' '),
      '--chip gpiochip0 --edges both --format %o %e %S --active-low --bias=pull-up 4 5',
    );
    assert.ok(gpiomonArguments(1, 'gpiochip0', [4], { bias: 'disabled' }).includes('--bias=disable'));
    assert.ok(gpiomonArguments(2, 'gpiochip0', [4], { bias: 'disabled' }).includes('--bias=disabled'));
  });

  it('reads the edges of either version, whose falling has another number', () => {
    assert.deepEqual(gpioEventOf(1, '4 1 12.345'), { offset: 4, rising: true, kernelNs: 12_000_000_345n });
    assert.deepEqual(gpioEventOf(1, '4 0 12.345678901'), {
      offset: 4,
      rising: false,
      kernelNs: 12_345_678_901n,
    });
    assert.deepEqual(gpioEventOf(2, '4 1 12.000000345'), {
      offset: 4,
      rising: true,
      kernelNs: 12_000_000_345n,
    });
    assert.deepEqual(gpioEventOf(2, '4 2 12.000000345'), {
      offset: 4,
      rising: false,
      kernelNs: 12_000_000_345n,
    });
  });

  it('reads nothing else', () => {
    const others = [
      '',
      '4',
      '4 2 1.1',
      'event:  RISING EDGE offset: 4',
      '4 1 1.1 ',
      '-4 1 1.1',
      '4 1 1,1',
      '4 1 1e9.1',
    ];
    for (const text of others) assert.equal(gpioEventOf(1, text), undefined, text);
    assert.equal(gpioEventOf(2, '4 0 1.1'), undefined);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(1, 2), (text, major) => {
        const event = gpioEventOf(major, text);
        assert.ok(event === undefined || /^\d+ [012] \d+\.\d+$/.test(text));
      }),
    );
  });

  it('lets version 2 blink by itself, and end a cue by itself', () => {
    const blink = holdPlan(2, 'gpiochip0', 2, { millis: [100, 900], repeat: true }, { activeLow: true });
    assert.deepEqual(blink, {
      steps: [
        {
          args: [
            '--toggle',
            '100ms,900ms',
            '--chip',
            'gpiochip0',
            '--consumer',
            'mingjing',
            '--active-low',
            '2=1',
          ],
        },
      ],
      repeat: false,
    });
    const cue = holdPlan(2, 'gpiochip0', 2, { millis: [60, 80, 250], repeat: false }, {});
    assert.deepEqual(cue.steps[0]?.args.slice(0, 2), ['--toggle', '60ms,80ms,250ms,0']);
    assert.equal(cue.steps[0].leaves, true);
  });

  it('gives version 1 a process a level, which leaves when its input is closed', () => {
    const plan = holdPlan(1, 'gpiochip0', 2, { millis: [100, 900], repeat: true }, {});
    assert.deepEqual(plan, {
      steps: [
        { args: ['--mode=wait', 'gpiochip0', '2=1'], millis: 100 },
        { args: ['--mode=wait', 'gpiochip0', '2=0'], millis: 900 },
      ],
      repeat: true,
    });
    assert.deepEqual(holdPlan(1, 'gpiochip0', 2, { level: false }, {}).steps, [
      { args: ['--mode=wait', 'gpiochip0', '2=0'] },
    ]);
  });
});
