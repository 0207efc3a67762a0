import assert from 'node:assert/strict';
import { MAX_PAGE_ENTRIES, TRANSFER_PAUSES as PAUSES, type IngestState } from '@mingjing/protocol';
import { step } from '../../../dock-agent/core/bay.ts';
import {
  EMPTY_BAY,
  type BayCommand,
  type BayEvent,
  type BayState,
} from '../../../dock-agent/core/bay-model.ts';
import { RULES, type FailureCode } from '../../../dock-agent/core/failures.ts';
import { shown } from '../../../dock-agent/core/shown.ts';

const CAMERA = { device: 'cam-1', epoch: 1 };
const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)];
const ROOT = new Uint8Array(32);
const AT = 1_000;
const ABOUT = { docking: 1, at: AT };

function archive(size: number, receipted = 0, ...missing: string[]): IngestState {
  return { epoch: 1, size, receipted, missing: missing.map((object) => ({ object, size: 100 })) };
}

/** What a camera that was put in and looked at goes through, one event after another. */
function after(...events: BayEvent[]): { state: BayState; commands: readonly BayCommand[] } {
  let now: { state: BayState; commands: readonly BayCommand[] } = { state: EMPTY_BAY, commands: [] };
  for (const event of events) now = step(now.state, event);
  return now;
}
const docked: BayEvent = { type: 'docked', at: 0 };
const looked = (size: number, camera = CAMERA): BayEvent => ({ type: 'looked', ...ABOUT, camera, size });
const answered = (state: IngestState): BayEvent => ({ type: 'archive-answered', ...ABOUT, archive: state });
const moved = (object: string): BayEvent => ({ type: 'object-moved', ...ABOUT, object, size: 100 });
const pushed = (state: IngestState, named?: number): BayEvent => ({
  type: 'journal-pushed',
  ...ABOUT,
  archive: state,
  checkpoint: { size: state.size, root: ROOT },
  named,
});
const handed = (size: number): BayEvent => ({ type: 'receipt-handed', ...ABOUT, size });
const wake = (at = AT): BayEvent => ({ type: 'wake', docking: 1, at });
const failed = (code: FailureCode, object?: string): BayEvent => ({
  type: 'failed',
  ...ABOUT,
  code,
  detail: 'why',
  ...(object === undefined ? {} : { object }),
});
const READY = [docked, looked(2), answered(archive(2, 2)), handed(2), looked(2)] as const;

function types(commands: readonly BayCommand[]): string[] {
  return commands.map(({ type }) => type);
}
function pauseOf(commands: readonly BayCommand[]): number | undefined {
  return commands.find((command) => command.type === 'wait')?.ms;
}

describe('a bay', () => {
  it('looks at a camera that is put in, and shows it', () => {
    const { state, commands } = after(docked);
    assert.deepEqual(types(commands), ['look', 'show']);
    assert.equal(shown(state).state, 'identifying');
  });

  it('asks the archive once it knows who is there', () => {
    const { state, commands } = after(docked, looked(4));
    assert.deepEqual(types(commands), ['ask-archive', 'show']);
    assert.deepEqual(shown(state), { state: 'transferring', camera: 'cam-1' });
  });

  it('pushes the journal from where the archive stands', () => {
    const { commands } = after(docked, looked(4), answered(archive(1)));
    assert.deepEqual(commands, [{ type: 'push-journal', docking: 1, camera: CAMERA, from: 1 }]);
    const next = after(docked, looked(4), answered(archive(1)), pushed(archive(3)));
    assert.deepEqual(next.commands, [{ type: 'push-journal', docking: 1, camera: CAMERA, from: 3 }]);
  });

  it('moves objects in the archive’s order, after the journal', () => {
    const first = after(docked, looked(4), answered(archive(0)), pushed(archive(4, 0, B, A), 4));
    assert.deepEqual(first.commands, [
      { type: 'move-object', docking: 1, camera: CAMERA, object: B, size: 100 },
    ]);
    const second = step(first.state, moved(B));
    assert.deepEqual(second.commands, [
      { type: 'move-object', docking: 1, camera: CAMERA, object: A, size: 100 },
    ]);
    assert.deepEqual(types(step(second.state, moved(A)).commands), ['ask-archive']);
  });

  it('hands a receipt on only beyond the last, and up to what the camera has', () => {
    const { commands } = after(docked, looked(4), answered(archive(0)), pushed(archive(4, 4), 4));
    assert.deepEqual(commands, [
      {
        type: 'hand-receipt',
        docking: 1,
        camera: CAMERA,
        beyond: 0,
        atMost: 4,
        checkpoint: { size: 4, root: ROOT },
      },
      { type: 'show', state: 'clearing', camera: 'cam-1' },
    ]);
  });

  it('is clearing from the receipt until footage moves again, or none is left', () => {
    const part = after(docked, looked(4), answered(archive(0)), pushed(archive(4, 2, A), 4), moved(A));
    const clearing = step(part.state, answered(archive(4, 4)));
    assert.deepEqual(shown(clearing.state), { state: 'clearing', camera: 'cam-1' });
    const erased = step(step(clearing.state, handed(4)).state, looked(5));
    assert.equal(shown(erased.state).state, 'clearing');
    const more = step(erased.state, pushed(archive(5, 5, B), 5));
    assert.equal(shown(more.state).state, 'transferring');
    const none = step(erased.state, pushed(archive(5, 5)));
    assert.equal(shown(none.state).state, 'ready');
    assert.equal(
      shown(step(clearing.state, { type: 'receipt-pending', ...ABOUT }).state).state,
      'transferring',
    );
  });

  it('looks again after a receipt, and pushes what the camera wrote on getting it', () => {
    const first = after(docked, looked(4), answered(archive(0)), pushed(archive(4, 4), 4), handed(4));
    assert.deepEqual(types(first.commands), ['look']);
    const grown = step(first.state, looked(5));
    assert.deepEqual(types(grown.commands), ['push-journal']);
    const done = step(grown.state, pushed(archive(5, 5)));
    assert.equal(shown(done.state).state, 'ready');
  });

  it('is ready when a camera has nothing new, once it has its receipt again', () => {
    const { state, commands } = after(...READY);
    assert.equal(shown(state).state, 'ready');
    assert.deepEqual(types(commands), ['wait', 'show']);
    assert.equal(pauseOf(commands), PAUSES.ready);
  });

  it('waits for a receipt that is not signed yet, longer each time, and asks again', () => {
    const waiting = after(docked, looked(2), answered(archive(2)));
    assert.equal(pauseOf(waiting.commands), PAUSES.receiptFirst);
    const asked = step(waiting.state, wake());
    assert.deepEqual(types(asked.commands), ['ask-archive']);
    const again = step(asked.state, answered(archive(2)));
    assert.equal(pauseOf(again.commands), 2 * PAUSES.receiptFirst);
    assert.deepEqual(types(step(step(again.state, wake()).state, answered(archive(2, 2))).commands), [
      'hand-receipt',
      'show',
    ]);
  });

  it('hands on a receipt for a part while an object waits', () => {
    const { commands } = after(
      docked,
      looked(4),
      answered(archive(0)),
      pushed(archive(4, 2, A), 4),
      failed('object-altered', A),
    );
    assert.deepEqual(types(commands), ['raise-alarm', 'hand-receipt', 'show']);
  });

  it('looks at a ready camera from time to time, and goes on when it has grown', () => {
    const ready = after(...READY);
    const look = step(ready.state, wake());
    assert.deepEqual(types(look.commands), ['look']);
    const same = step(look.state, looked(2));
    assert.deepEqual(types(same.commands), ['wait']);
    const grown = step(look.state, looked(3));
    assert.deepEqual(types(grown.commands), ['ask-archive', 'show']);
    assert.equal(shown(grown.state).state, 'transferring');
  });

  it('is empty at once when the camera is pulled out, without an alarm', () => {
    for (const events of [
      [docked],
      [docked, looked(4)],
      [docked, looked(4), answered(archive(4, 0, A))],
      [docked, failed('camera-not-trusted')],
      READY,
    ]) {
      const { state, commands } = after(...events, { type: 'undocked', at: AT });
      assert.deepEqual(types(commands), ['let-go', 'show']);
      assert.deepEqual(shown(state), { state: 'empty', camera: undefined });
    }
  });

  it('takes no notice of answers about a camera that was here before', () => {
    const { state } = after(docked, looked(4), { type: 'undocked', at: AT }, docked);
    for (const event of [
      looked(4),
      answered(archive(0)),
      moved(A),
      handed(4),
      wake(),
      failed('dock-fault'),
    ]) {
      const next = step(state, event);
      assert.equal(next.state, state);
      assert.deepEqual(next.commands, []);
    }
    const empty = after(docked, { type: 'undocked', at: AT });
    assert.deepEqual(step(empty.state, looked(4)).commands, []);
  });

  it('begins anew when another camera answers', () => {
    const { state, commands } = after(...READY, wake(), looked(9, { device: 'cam-2', epoch: 1 }));
    assert.deepEqual(types(commands), ['let-go', 'wait', 'show']);
    assert.equal(state.docking, 2);
    assert.equal(shown(state).state, 'identifying');
    const next = step(state, { type: 'wake', docking: 2, at: AT });
    assert.deepEqual(types(next.commands), ['look']);
    assert.deepEqual(
      types(after(docked, looked(4), answered(archive(0)), failed('camera-changed')).commands),
      ['let-go', 'wait', 'show'],
    );
  });

  it('takes nothing from a camera whose journal is shorter than the archive’s', () => {
    const { state, commands } = after(docked, looked(3), answered(archive(4)));
    assert.deepEqual(types(commands), ['raise-alarm', 'push-journal', 'show']);
    assert.deepEqual(shown(state), { state: 'refused', camera: 'cam-1' });
  });

  it('does not turn in a circle when a push changes nothing', () => {
    const { commands } = after(docked, looked(4), answered(archive(1)), pushed(archive(1)));
    assert.deepEqual(types(commands), ['wait']);
  });

  it('does not turn in a circle when an object that was taken is missing still', () => {
    const { state, commands } = after(
      docked,
      looked(4),
      answered(archive(4, 0, A)),
      moved(A),
      answered(archive(4, 0, A)),
    );
    assert.equal(pauseOf(commands), PAUSES.asideFirst);
    const next = step(state, wake(AT + PAUSES.asideFirst));
    assert.deepEqual(types(next.commands), ['ask-archive']);
    const again = step(next.state, { ...answered(archive(4, 0, A)), at: AT + PAUSES.asideFirst });
    assert.deepEqual(types(again.commands), ['move-object']);
  });

  it('lets go of an object that was set aside and has come another way', () => {
    const bad = after(docked, looked(4), answered(archive(4, 0, A)), failed('object-missing', A));
    const asked = step(bad.state, wake(AT + PAUSES.asideFirst));
    assert.deepEqual(types(asked.commands), ['ask-archive']);
    const done = step(asked.state, answered(archive(4, 4)));
    assert.deepEqual(types(done.commands), ['hand-receipt', 'show']);
  });

  it('goes on with the others when an object is bad, and comes back to it later', () => {
    const bad = after(docked, looked(4), answered(archive(4, 0, A, B)), failed('object-altered', A));
    assert.deepEqual(types(bad.commands), ['raise-alarm', 'move-object', 'show']);
    assert.equal(shown(bad.state).state, 'fault');
    const other = step(bad.state, moved(B));
    assert.deepEqual(types(other.commands), ['ask-archive']);
    const waits = step(other.state, answered(archive(4, 0, A)));
    assert.equal(pauseOf(waits.commands), PAUSES.asideFirst);
    const asked = step(waits.state, wake(AT + PAUSES.asideFirst));
    const again = step(asked.state, { ...answered(archive(4, 0, A)), at: AT + PAUSES.asideFirst });
    assert.deepEqual(types(again.commands), ['move-object']);
    const failedAgain = step(again.state, { ...failed('object-altered', A), at: AT + PAUSES.asideFirst });
    assert.deepEqual(types(failedAgain.commands), ['wait'], 'no second alarm');
    assert.equal(pauseOf(failedAgain.commands), 2 * PAUSES.asideFirst);
    const later = AT + 9 * PAUSES.asideFirst;
    const still = step(step(failedAgain.state, wake(later)).state, {
      ...answered(archive(4, 0, A)),
      at: later,
    });
    const good = step(still.state, moved(A));
    const done = step(good.state, answered(archive(4, 4)));
    assert.equal(shown(done.state).state, 'clearing');
  });

  it('alarms no more than a room can bear, whatever a camera names', () => {
    const objects = Array.from({ length: 100 }, (_, n) => n.toString(16).padStart(64, '0'));
    let { state } = after(docked, looked(4), answered(archive(4, 0, ...objects)));
    let alarms = 0;
    for (const object of objects) {
      const next = step(state, failed('object-altered', object));
      alarms += types(next.commands).filter((type) => type === 'raise-alarm').length;
      state = next.state;
    }
    assert.equal(alarms, 32);
  });

  describe('on failure', () => {
    const moving = [docked, looked(4), answered(archive(4, 0, A))] as const;

    for (const [code, rule] of Object.entries(RULES) as [FailureCode, (typeof RULES)[FailureCode]][]) {
      it(`${code}: ${rule.remedy}, told after ${rule.patience + 1}`, () => {
        const object = rule.remedy === 'set-aside' ? A : undefined;
        let now = after(...moving);
        let told = 0;
        for (let n = 1; n <= rule.patience + 1; n += 1) {
          now = step(now.state, failed(code, object));
          const alarms = now.commands.filter((command) => command.type === 'raise-alarm');
          told += alarms.length;
          assert.equal(alarms.length, n === rule.patience + 1 && rule.remedy !== 'restart' ? 1 : 0);
          assert.ok(alarms.every((alarm) => alarm.severity === rule.severity && alarm.code === code));
          if (rule.remedy === 'restart') break;
          if (rule.remedy === 'retry' || rule.remedy === 'ask-again')
            assert.equal(pauseOf(now.commands), PAUSES.retryFirst * 2 ** (n - 1));
        }
        if (rule.remedy === 'restart') return;
        assert.equal(told, 1);
        const refused = code === 'camera-unknown' ? 'unknown' : 'refused';
        assert.equal(shown(now.state).state, /^re(fuse|count)$/.test(rule.remedy) ? refused : 'fault');
        const expected = {
          retry: 'move-object',
          'ask-again': 'look',
          'set-aside': 'ask-archive',
          refuse: 'look',
          recount: 'push-journal',
        };
        const next = step(now.state, wake(AT + PAUSES.refused));
        assert.ok(types(next.commands).includes(expected[rule.remedy]), types(next.commands).join());
      });
    }

    describe('in doubt about the journal', () => {
      const recount = (from: number, to: number): object => ({
        type: 'push-journal',
        docking: 1,
        camera: CAMERA,
        from,
        to,
      });
      const about = { ...ABOUT, archive: archive(2_000), named: undefined, type: 'journal-pushed' } as const;

      it('shows the archive the end of what both have, when the camera has less', () => {
        const { state, commands } = after(docked, looked(700), answered(archive(2_000)));
        assert.deepEqual(types(commands), ['raise-alarm', 'push-journal', 'show']);
        assert.deepEqual(commands[1], recount(700 - MAX_PAGE_ENTRIES, 700));
        assert.deepEqual(shown(state), { state: 'refused', camera: 'cam-1' });
      });

      it('shows it too when what the camera wrote after does not fit', () => {
        const pushing = [docked, looked(9), answered(archive(4))] as const;
        assert.deepEqual(after(...pushing, failed('journal-bad')).commands[1], recount(0, 4));
      });

      it('goes on to the end when pages come short, then refuses', () => {
        const first = after(docked, looked(700), answered(archive(2_000)));
        const short = step(first.state, { ...about, checkpoint: { size: 690, root: ROOT } });
        assert.deepEqual(short.commands, [recount(690, 700)]);
        const done = step(short.state, { ...about, checkpoint: { size: 700, root: ROOT } });
        assert.equal(pauseOf(done.commands), PAUSES.refused);
        assert.deepEqual(types(done.commands), ['wait']);
      });

      it('does so once in a docking, also over a line that breaks', () => {
        const first = after(docked, looked(1), answered(archive(4)));
        const broken = step(first.state, failed('archive-unreachable'));
        assert.deepEqual(step(broken.state, wake()).commands, [recount(0, 1)]);
        const proven = step(broken.state, failed('journal-forked'));
        assert.deepEqual(types(proven.commands), ['raise-alarm', 'wait']);
        const later = [wake(), looked(1), answered(archive(4))];
        let now = proven;
        for (const event of later) now = step(now.state, event);
        assert.deepEqual(types(now.commands), ['wait', 'show']);
      });

      it('has nothing to show of a journal of which one side has nothing', () => {
        assert.ok(!types(after(docked, looked(0), answered(archive(4))).commands).includes('push-journal'));
      });
    });

    it('is calm again after one success, and tells anew only of another failure', () => {
      let now = after(...moving);
      for (let n = 0; n < 5; n += 1) now = step(now.state, failed('archive-unreachable'));
      assert.equal(shown(now.state).state, 'fault');
      now = step(now.state, wake());
      now = step(now.state, moved(A));
      assert.deepEqual(types(now.commands), ['ask-archive', 'show']);
      assert.equal(shown(now.state).state, 'transferring');
      for (let n = 0; n < 5; n += 1) {
        now = step(now.state, failed('archive-unreachable'));
        assert.ok(!types(now.commands).includes('raise-alarm'));
      }
    });

    it('alarms of what fails after every question, though the questions are answered', () => {
      let now = after(docked, looked(4), answered(archive(1)));
      const alarms: string[] = [];
      const pauses: (number | undefined)[] = [];
      for (let n = 0; n < 4; n += 1) {
        now = step(now.state, failed('archive-refused'));
        alarms.push(...types(now.commands).filter((type) => type === 'raise-alarm'));
        pauses.push(pauseOf(now.commands));
        for (const event of [wake(), looked(4), answered(archive(1))]) now = step(now.state, event);
      }
      assert.equal(alarms.length, 1);
      assert.equal(shown(now.state).state, 'fault');
      assert.deepEqual(
        pauses,
        [1, 2, 4, 8].map((times) => times * PAUSES.retryFirst),
      );
      assert.equal(shown(step(now.state, pushed(archive(4))).state).state, 'transferring');
    });

    it('pauses no longer than a minute, however long it lasts', () => {
      let now = after(...moving);
      for (let n = 0; n < 1_000; n += 1) now = step(now.state, failed('archive-unreachable'));
      assert.equal(pauseOf(now.commands), PAUSES.retryMost);
    });

    it('spreads its pauses by a quarter, by what is drawn outside', () => {
      const { state } = after(...moving);
      const drawn = (random: number): (number | undefined)[] => [
        pauseOf(step(state, { ...failed('archive-unreachable'), random }).commands),
        pauseOf(step(state, { type: 'receipt-pending', ...ABOUT, random }).commands),
      ];
      const exact = [PAUSES.retryFirst, PAUSES.receiptFirst];
      assert.deepEqual(
        drawn(0),
        exact.map((ms) => ms * 0.75),
      );
      assert.deepEqual(drawn(0.5), exact);
      assert.deepEqual(
        drawn(1),
        exact.map((ms) => ms * 1.25),
      );
    });

    it('asks a refused camera again after a long while, without a new alarm', () => {
      const refused = after(docked, failed('camera-not-trusted'));
      assert.equal(pauseOf(refused.commands), PAUSES.refused);
      const again = step(refused.state, wake());
      assert.deepEqual(types(again.commands), ['look', 'show']);
      assert.ok(!types(step(again.state, failed('camera-not-trusted')).commands).includes('raise-alarm'));
    });
  });
});
