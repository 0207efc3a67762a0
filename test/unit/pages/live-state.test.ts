import assert from 'node:assert/strict';
import { NO_LIVE, progressKey, stepLive } from '../../../central/pages/src/api/live-state.ts';

const at = '2026-11-20T01:00:00.000Z';

describe('the live state of the pages', () => {
  it('takes a snapshot as the whole truth', () => {
    const stale = stepLive(NO_LIVE, {
      name: 'camera',
      data: { id: 'cam-9', state: { at, online: true, state: 'standby' } },
    });
    const state = stepLive(stale, {
      name: 'snapshot',
      data: { cameras: {}, docks: {}, progress: {}, alarms: [] },
    });
    assert.deepEqual(state.cameras, {});
    assert.equal(state.line, 'open');
  });

  it('counts a snapshot as a change of the recordings: some may have been missed', () => {
    const snapshot = { cameras: {}, docks: {}, progress: {}, alarms: [] };
    assert.equal(stepLive(NO_LIVE, { name: 'snapshot', data: snapshot }).changes, 1);
    assert.equal(stepLive(NO_LIVE, { name: 'recordings-changed', data: {} }).changes, 1);
  });

  it('shows an alarm that is sent twice once, until it is dismissed', () => {
    const data = {
      role: 'camera' as const,
      id: 'cam-1',
      alarm: { at, id: 'a'.repeat(32), code: 'storage-low', severity: 'warning' as const },
    };
    const once = stepLive(NO_LIVE, { name: 'alarm', data });
    assert.equal(stepLive(once, { name: 'alarm', data }).alarms.length, 1);
    assert.equal(stepLive(once, { name: 'dismiss', data: data.alarm.id }).alarms.length, 0);
  });

  it('keeps a bounded number of alarms', () => {
    let state = NO_LIVE;
    for (let n = 0; n < 100; n += 1) {
      const alarm = { at, id: String(n).padStart(32, '0'), code: 'x', severity: 'info' as const };
      state = stepLive(state, { name: 'alarm', data: { role: 'dock', id: 'd', alarm } });
    }
    assert.equal(state.alarms.length, 20);
  });

  it('finds progress by dock and bay, however it was named', () => {
    assert.equal(progressKey('dock-1', 3), progressKey('dock-1/3', 3));
  });
});
