import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  watch,
  type WatchCommand,
  type WatchEvent,
  type WatchState,
} from '../../../dock-agent/core/watch-rules.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIMITS = { overdueMs: DAY, notSeenMs: 7 * DAY };

/** Alarms, in order, as `raise upload-overdue cam-1`. */
function after(...events: readonly WatchEvent[]): string[] {
  let state: WatchState = new Map();
  const told: string[] = [];
  for (const event of events) {
    const { state: next, commands } = watch(state, event, LIMITS);
    state = next;
    told.push(...words(commands));
  }
  return told;
}

function words(commands: readonly WatchCommand[]): string[] {
  return commands.flatMap((one) => (one.type === 'keep' ? [] : [`${one.type} ${one.code} ${one.camera}`]));
}

const camera = 'cam-1';

describe('the watch over cameras', () => {
  it('alarms once when an upload is not done after a day, and says so when it is', () => {
    const told = after(
      { type: 'transferring', camera, at: 0 },
      { type: 'tick', at: DAY - 1 },
      { type: 'tick', at: DAY },
      { type: 'tick', at: DAY + HOUR },
      { type: 'complete', camera, at: DAY + 2 * HOUR },
      { type: 'tick', at: DAY + 3 * HOUR },
    );
    assert.deepEqual(told, [`raise upload-overdue ${camera}`, `clear upload-overdue ${camera}`]);
    assert.equal(after({ type: 'transferring', camera, at: 0 }, { type: 'tick', at: DAY }).length, 1);
  });

  it('counts from the first docking that was not finished, though the camera went and came', () => {
    const told = after(
      { type: 'transferring', camera, at: 0 },
      { type: 'tick', at: 12 * HOUR },
      { type: 'transferring', camera, at: 20 * HOUR },
      { type: 'tick', at: 25 * HOUR },
    );
    assert.deepEqual(told, [`raise upload-overdue ${camera}`]);
  });

  it('is content when what waited here reached the archive without the camera', () => {
    const told = after(
      { type: 'transferring', camera, at: 0 },
      { type: 'tick', at: 2 * DAY },
      { type: 'forwarded', camera, at: 3 * DAY },
      { type: 'forwarded', camera: 'cam-unknown', at: 3 * DAY },
    );
    assert.deepEqual(told, [`raise upload-overdue ${camera}`, `clear upload-overdue ${camera}`]);
  });

  it('alarms once when a camera was in no bay for a week, and says so when it is back', () => {
    const told = after(
      { type: 'complete', camera, at: 0 },
      { type: 'tick', at: 7 * DAY - 1 },
      { type: 'tick', at: 7 * DAY },
      { type: 'tick', at: 8 * DAY },
      { type: 'seen', camera, at: 9 * DAY },
    );
    assert.deepEqual(told, [`raise camera-not-seen ${camera}`, `clear camera-not-seen ${camera}`]);
  });

  it('takes an alarm back that a wrong clock had raised', () => {
    const told = after(
      { type: 'complete', camera, at: 0 },
      { type: 'tick', at: 300 * DAY },
      { type: 'tick', at: HOUR },
    );
    assert.deepEqual(told, [`raise camera-not-seen ${camera}`, `clear camera-not-seen ${camera}`]);
  });

  it('writes a camera that stays down now and then only', () => {
    let state: WatchState = new Map();
    let kept = 0;
    for (let at = 0; at < HOUR; at += 1_000) {
      const { state: next, commands } = watch(state, { type: 'seen', camera, at }, LIMITS);
      state = next;
      kept += commands.length;
    }
    assert.equal(kept, 60);
    assert.ok((state.get(camera)?.lastSeen ?? 0) >= HOUR - 60_000);
  });

  it('raises and clears in turn, whatever happens, and keeps what it goes by', () => {
    const at = fc.integer({ min: 0, max: 40 * DAY });
    const type = fc.constantFrom('seen', 'transferring', 'complete', 'forwarded', 'tick');
    fc.assert(
      fc.property(fc.array(fc.record({ type, at }), { maxLength: 60 }), (script) => {
        let state: WatchState = new Map();
        const standing = new Set<string>();
        for (const { type: what, at: when } of script) {
          const event: WatchEvent =
            what === 'tick' ? { type: what, at: when } : { type: what, camera, at: when };
          const { state: next, commands } = watch(state, event, LIMITS);
          for (const command of commands) {
            if (command.type === 'raise') assert.ok(!standing.has(command.code), 'raised twice');
            if (command.type === 'clear') assert.ok(standing.has(command.code), 'cleared and never raised');
            if (command.type === 'raise') standing.add(command.code);
            if (command.type === 'clear') standing.delete(command.code);
            if (command.type === 'keep') assert.deepEqual(command.camera, next.get(camera));
          }
          const { overdue = false, notSeen = false } = next.get(camera) ?? {};
          assert.deepEqual(
            [overdue, notSeen],
            [standing.has('upload-overdue'), standing.has('camera-not-seen')],
          );
          state = next;
        }
      }),
    );
  });
});
