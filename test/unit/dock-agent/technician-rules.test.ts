import assert from 'node:assert/strict';
import {
  afterEntry,
  afterExit,
  afterFailure,
  afterUse,
  CLOSED_DOOR,
  closedUntil,
  FREE_TRIES,
  IDLE_MS,
  SESSION_MS,
} from '../../../dock-agent/core/technician-rules.ts';

const failed = (times: number, at = 0): typeof CLOSED_DOOR =>
  Array.from({ length: times }).reduce<typeof CLOSED_DOOR>((state) => afterFailure(state, at), CLOSED_DOOR);

describe('the service page’s door', () => {
  it('lets a technician mistype a few times, then closes for ever longer, a quarter of an hour at most', () => {
    assert.ok(closedUntil(failed(FREE_TRIES - 1)) < 0);
    assert.equal(closedUntil(failed(FREE_TRIES)), 30_000);
    assert.equal(closedUntil(failed(FREE_TRIES + 1)), 60_000);
    assert.equal(closedUntil(failed(FREE_TRIES + 50)), 15 * 60_000);
  });

  it('forgets wrong tries when the right passphrase came', () => {
    assert.ok(closedUntil(afterEntry(failed(FREE_TRIES), 'a', 0)) < 0);
  });

  it('ends a session that nobody uses, and any after four hours', () => {
    let state = afterEntry(CLOSED_DOOR, 'a', 0);
    assert.equal(afterUse(state, 'a', IDLE_MS), undefined);
    assert.equal(afterUse(state, 'b', 1), undefined);
    for (let now = 0; now < SESSION_MS; now += IDLE_MS / 2) state = afterUse(state, 'a', now) ?? CLOSED_DOOR;
    assert.equal(afterUse(state, 'a', SESSION_MS), undefined);
    assert.notEqual(afterUse(state, 'a', SESSION_MS - 1), undefined);
  });

  it('keeps four sessions, the latest used', () => {
    const state = ['a', 'b', 'c', 'd', 'e'].reduce(
      (door, secret, at) => afterEntry(door, secret, at),
      CLOSED_DOOR,
    );
    assert.equal(afterUse(state, 'a', 9), undefined);
    assert.notEqual(afterUse(state, 'b', 9), undefined);
    assert.equal(afterUse(afterExit(state, 'b'), 'b', 9), undefined);
  });
});
