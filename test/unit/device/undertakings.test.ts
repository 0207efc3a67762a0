import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Undertakings } from '../../../device/shell/undertakings.ts';

describe('what has to end within its time', () => {
  it('is overdue when one hangs, until it has ended after all', async () => {
    let mono = 0;
    const undertakings = new Undertakings(() => mono);
    const opening = Promise.withResolvers<string>();
    const opened = undertakings.within(120_000, () => opening.promise);
    const closed = undertakings.within(30_000, () => Promise.resolve());
    await closed;
    mono = 119_999;
    assert.equal(undertakings.overdue, false, 'what has ended in time is never overdue');
    mono = 120_000;
    assert.equal(undertakings.overdue, true);
    opening.resolve('open');
    assert.equal(await opened, 'open');
    assert.equal(undertakings.overdue, false);
  });

  it('is over when it fails, with its error', async () => {
    let mono = 0;
    const undertakings = new Undertakings(() => mono);
    await assert.rejects(
      undertakings.within(10, () => Promise.reject(new Error('EIO'))),
      /EIO/,
    );
    mono = 20;
    assert.equal(undertakings.overdue, false);
  });
});
