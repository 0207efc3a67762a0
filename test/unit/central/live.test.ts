import assert from 'node:assert/strict';
import type { Alarm } from '@mingjing/protocol';
import type { LiveAlarm } from '../../../central/core/review-shapes.ts';
import { Live } from '../../../central/shell/live.ts';

const at = '2026-11-21T08:00:00.000Z';
let count = 0;
function alarmOf(role: LiveAlarm['role'], id: string, severity: Alarm['severity'] = 'warning'): LiveAlarm {
  count += 1;
  return {
    role,
    id,
    alarm: { at, id: count.toString(16).padStart(32, '0'), code: 'storage-full', severity },
  };
}

describe('what is going on now', () => {
  const shown = (live: Live, id: string): number =>
    live.snapshot().alarms.filter((alarm) => alarm.id === id).length;

  it('lets one machine push out its own alarms only', () => {
    const live = new Live();
    live.raise(alarmOf('dock', 'dock-1'));
    for (let n = 0; n < 500; n += 1) live.raise(alarmOf('camera', 'cam-1', 'critical'));
    assert.equal(shown(live, 'cam-1'), 20);
    assert.equal(shown(live, 'dock-1'), 1);
  });

  it('keeps the archive’s own critical alarms though many machines chatter', () => {
    const live = new Live();
    live.raise(alarmOf('archive', 'archive-1', 'critical'));
    for (let n = 0; n < 500; n += 1) {
      live.raise(alarmOf('camera', `cam-${n % 50}`, 'critical'));
      live.raise(alarmOf('archive', 'archive-1'));
    }
    assert.equal(live.snapshot().alarms.length, 100);
    assert.equal(live.snapshot().alarms[0]?.alarm.severity, 'critical');
    assert.equal(live.snapshot().alarms[0]?.role, 'archive');
  });

  it('shows nothing of what a dock says of the cameras in it', () => {
    const live = new Live();
    const before = live.snapshot();
    const cameras = [{ bay: 1, camera: 'cam-1', battery: 42, officer: '031337' }];
    live.take({ kind: 'dock-cameras', role: 'dock', id: 'dock-1', message: { at, cameras } });
    assert.deepEqual(live.snapshot(), before);
  });

  it('shows the progress of every bay a dock can name, and of no other', () => {
    const live = new Live();
    const progress = (bay: number): void =>
      live.take({
        kind: 'progress',
        role: 'dock',
        id: 'dock-1',
        message: { at, bay, camera: 'cam-1', bytes: 0, totalBytes: 1, objects: 0, totalObjects: 1 },
      });
    for (const bay of [1, 64, 65]) progress(bay);
    assert.deepEqual(Object.keys(live.snapshot().progress), ['dock-1/1', 'dock-1/64']);
  });
});
