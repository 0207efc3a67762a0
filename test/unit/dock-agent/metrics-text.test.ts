import assert from 'node:assert/strict';
import { metricsText } from '../../../dock-agent/core/metrics-text.ts';

describe('the text of metrics', () => {
  it('is that of Prometheus: help, type, samples', () => {
    const text = metricsText([
      { name: 'a_total', type: 'counter', help: 'As.', samples: [{ value: 1 }] },
      {
        name: 'b',
        type: 'gauge',
        help: 'Bs.',
        samples: [
          { labels: { of: 'x', at: 'y' }, value: 0.5 },
          { labels: {}, value: -3 },
        ],
      },
      { name: 'none', type: 'gauge', help: 'None.', samples: [] },
    ]);
    const expected = [
      '# HELP a_total As.',
      '# TYPE a_total counter',
      'a_total 1',
      '# HELP b Bs.',
      '# TYPE b gauge',
      'b{of="x",at="y"} 0.5',
      'b -3',
      '',
    ];
    assert.equal(text, expected.join('\n'));
  });

  it('escapes what a label or a help text may hold', () => {
    const samples = [{ labels: { of: 'a "b" \\ c\nd' }, value: 1 }];
    const text = metricsText([{ name: 'a', type: 'gauge', help: 'one\ntwo \\ "three"', samples }]);
    assert.equal(text.split('\n')[0], '# HELP a one\\ntwo \\\\ "three"');
    assert.equal(text.split('\n')[2], 'a{of="a \\"b\\" \\\\ c\\nd"} 1');
  });

  it('says what is no number in Prometheus’ words', () => {
    const samples = [Infinity, -Infinity, NaN].map((value) => ({ value }));
    const text = metricsText([{ name: 'a', type: 'gauge', help: '', samples }]);
    assert.deepEqual(text.split('\n').slice(2, 5), ['a +Inf', 'a -Inf', 'a NaN']);
  });

  it('refuses names that are none', () => {
    for (const name of ['', '1a', 'a-b', 'a b', 'a\n'])
      assert.throws(
        () => metricsText([{ name, type: 'gauge', help: '', samples: [{ value: 1 }] }]),
        RangeError,
      );
    const samples = [{ labels: { 'a:b': 'x' }, value: 1 }];
    assert.throws(() => metricsText([{ name: 'a', type: 'gauge', help: '', samples }]), RangeError);
  });
});
