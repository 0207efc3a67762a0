import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GIVE_UP_FAILURES, GIVE_UP_MS, ReadFailures } from '../../../device/core/read-failures.ts';

describe('an object that cannot be read', () => {
  it('is given up after enough failures over enough time, and not for either alone', () => {
    const quick = new ReadFailures();
    for (let n = 0; n < 10 * GIVE_UP_FAILURES; n += 1) assert.ok(!quick.failed('a', n));
    const seldom = new ReadFailures();
    assert.ok(!seldom.failed('a', 0));
    assert.ok(!seldom.failed('a', 10 * GIVE_UP_MS));
    for (let n = 3; n < GIVE_UP_FAILURES; n += 1) assert.ok(!seldom.failed('a', 10 * GIVE_UP_MS + n));
    assert.ok(seldom.failed('a', 11 * GIVE_UP_MS));
  });

  it('begins anew once it was read, and is counted by itself', () => {
    const failures = new ReadFailures();
    for (let n = 1; n < GIVE_UP_FAILURES; n += 1) failures.failed('a', 0);
    failures.read('a');
    assert.ok(!failures.failed('a', GIVE_UP_MS));
    assert.ok(!failures.failed('b', 2 * GIVE_UP_MS));
  });
});
