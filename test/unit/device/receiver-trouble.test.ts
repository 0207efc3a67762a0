import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RecorderBench } from '../../support/device-recorder.ts';

describe('a receiver in trouble', () => {
  const begun = (): RecorderBench => new RecorderBench().happen({ type: 'recovered' });
  const lost = (bench: RecorderBench): readonly (string | undefined)[] =>
    bench.commands.flatMap((command) =>
      command.type === 'alarm' && command.code === 'position-lost' ? [command.detail] : [],
    );

  it('that finds nothing yet is none; a fix that is gone is told once, and comes back in silence', () => {
    const bench = begun();
    bench.mono = 600_000;
    for (let n = 0; n < 3; n += 1) bench.happen({ type: 'position', fix: false });
    assert.deepEqual(bench.warnings, []);
    bench.happen({ type: 'position', fix: true });
    for (let n = 0; n < 3; n += 1) bench.happen({ type: 'position', fix: false });
    assert.deepEqual(bench.warnings, ['position-lost']);
    assert.deepEqual(lost(bench), [undefined]);
    bench.happen({ type: 'position', fix: true });
    assert.deepEqual(bench.warnings, []);
    assert.deepEqual(lost(bench), [undefined]);
  });

  it('that is not heard is told, too, a minute after the start, and why', () => {
    const bench = begun();
    bench.mono = 59_999;
    bench.happen({ type: 'position', fix: false, unheard: 'no-line' });
    assert.deepEqual(bench.warnings, []);
    bench.mono = 60_000;
    for (let n = 0; n < 3; n += 1) bench.happen({ type: 'position', fix: false, unheard: 'no-line' });
    assert.deepEqual(bench.warnings, ['position-lost']);
    assert.deepEqual(lost(bench), ['no line to the receiver']);
    bench.happen({ type: 'position', fix: true });
    bench.happen({ type: 'position', fix: false, unheard: 'silent' });
    assert.deepEqual(lost(bench), ['no line to the receiver', 'the receiver is silent']);
  });
});
