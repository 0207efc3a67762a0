import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCameraPolicy, type IngestState, type TransferFailureCode } from '@mingjing/protocol';
import { fillBucket, spend, waitFor, type TokenBucket } from '../../../device/core/token-bucket.ts';
import { uplinkOrder, type HeldNote } from '../../../device/core/uplink-order.ts';
import {
  afterUplink,
  FIT_MS,
  FRESH_UPLINK,
  nextUplink,
  UPLINK_PAUSES,
  uplinkRate,
  type UplinkAnswer,
  type UplinkFacts,
  type UplinkState,
} from '../../../device/core/uplink-rules.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
];
const AT = 1_000_000;
const { uplink: POLICY } = readCameraPolicy({ uplink: { send: 'everything', bytesPerSecond: 100_000 } });
const ROOT = new Uint8Array(32);

function archive(size: number, receipted = 0, ...missing: (string | [string, number])[]): IngestState {
  const objects = missing.map((one) => (typeof one === 'string' ? ([one, 1_000] as const) : one));
  return { epoch: 1, size, receipted, missing: objects.map(([object, bytes]) => ({ object, size: bytes })) };
}
function facts(more: Partial<UplinkFacts> = {}): UplinkFacts {
  return {
    uplink: POLICY,
    docked: false,
    recording: false,
    journalSize: 2,
    noteOf: () => ({ kind: 'segment', mark: undefined }),
    frees: () => false,
    ...more,
  };
}
const answered = (state: IngestState, at = AT): UplinkAnswer => ({
  type: 'archive-answered',
  at,
  archive: state,
  size: 2,
});
const pushed = (state: IngestState, size = state.size): UplinkAnswer => ({
  type: 'journal-pushed',
  at: AT,
  archive: state,
  checkpoint: { size, root: ROOT },
  named: undefined,
});
const failed = (code: TransferFailureCode, at = AT, object?: string): UplinkAnswer => ({
  type: 'failed',
  at,
  code,
  random: 0.5,
  ...(object === undefined ? {} : { object }),
});
function after(...answers: UplinkAnswer[]): UplinkState {
  return answers.reduce(afterUplink, FRESH_UPLINK);
}

describe('the uplink', () => {
  it('asks what the archive holds, then sends the journal before any object', () => {
    assert.deepEqual(nextUplink(FRESH_UPLINK, facts(), AT), { type: 'ask-archive' });
    const known = after(answered(archive(1, 0, A)));
    assert.deepEqual(nextUplink(known, facts(), AT), { type: 'push-journal', from: 1, most: 64 });
    const told = afterUplink(known, pushed(archive(2, 0, A)));
    assert.deepEqual(nextUplink(told, facts(), AT), { type: 'move-object', object: A, size: 1_000 });
  });

  it('sends what was written meanwhile before the next object', () => {
    const known = after(answered(archive(2, 0, A, B)));
    assert.equal(nextUplink(known, facts({ journalSize: 3 }), AT).type, 'push-journal');
  });

  it('sends nothing while it is docked, and nothing when policy says so, not even the journal', () => {
    for (const still of [facts({ docked: true }), facts({ uplink: { ...POLICY, send: 'nothing' } })])
      for (const state of [FRESH_UPLINK, after(answered(archive(0, 0, A)))])
        assert.equal(nextUplink(state, still, AT).type, 'rest');
  });

  it('takes a receipt as soon as it frees something, and before more is sent', () => {
    const known = after(answered(archive(2, 1, A)));
    const frees = (size: number): boolean => size === 1;
    assert.deepEqual(nextUplink(known, facts({ frees }), AT), { type: 'take-receipt' });
    const taken = afterUplink(known, { type: 'receipt-taken', at: AT, released: 3 });
    assert.equal(nextUplink(taken, facts(), AT).type, 'move-object');
  });

  it('asks now and then, while it sends, what the archive could sign meanwhile', () => {
    const known = after(answered(archive(2, 0, A, B)), {
      type: 'object-moved',
      at: AT,
      object: A,
      size: 1,
      tookMs: 1,
    });
    assert.equal(nextUplink(known, facts(), AT + 1).type, 'move-object');
    assert.equal(nextUplink(known, facts(), AT + UPLINK_PAUSES.askAgain).type, 'ask-archive');
  });

  it('waits longer and longer for a receipt that does not come, and not at all for one that frees nothing', () => {
    const all = facts({ frees: (size) => size === 2 });
    let state = after(answered(archive(2, 1)));
    const asked: number[] = [];
    for (let now = AT; asked.length < 9;) {
      const work = nextUplink(state, all, now);
      if (work.type === 'rest') {
        now += work.ms;
      } else {
        assert.equal(work.type, 'ask-archive');
        asked.push(now);
        state = afterUplink(state, answered(archive(2, 1), now));
      }
    }
    const waits = asked.slice(1).map((now, n) => now - (asked[n] ?? 0));
    assert.deepEqual(waits.slice(0, 4), [2_000, 4_000, 8_000, 16_000]);
    assert.equal(Math.max(...waits), UPLINK_PAUSES.receiptMost);
    assert.deepEqual(nextUplink(after(answered(archive(2, 2))), facts(), AT), {
      type: 'rest',
      ms: UPLINK_PAUSES.idle,
    });
    const nothing = afterUplink(after(answered(archive(2, 2))), {
      type: 'receipt-taken',
      at: AT,
      released: 0,
    });
    assert.equal(
      nextUplink(nothing, facts({ frees: () => true }), AT).type,
      'rest',
      'and turns in no circle',
    );
  });

  it('backs off when the line is bad, up to a limit, and is itself again at the first answer', () => {
    let state = FRESH_UPLINK;
    const waits: number[] = [];
    for (let now = AT, n = 0; n < 10; n += 1) {
      state = afterUplink(state, failed('archive-unreachable', now));
      const work = nextUplink(state, facts(), now);
      assert.ok(work.type === 'rest');
      waits.push(work.ms);
      now += work.ms;
    }
    assert.deepEqual(waits.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
    assert.equal(waits.at(-1), UPLINK_PAUSES.retryMost);
    const well = afterUplink(state, answered(archive(2), AT));
    assert.equal(afterUplink(well, failed('archive-unreachable')).notBefore, AT + 1_000);
  });

  it('spreads its pauses', () => {
    const pause = (random: number): number =>
      afterUplink(FRESH_UPLINK, { type: 'failed', at: 0, code: 'archive-unreachable', random }).notBefore;
    assert.deepEqual([pause(0), pause(1)], [750, 1_250]);
  });

  it('sets an object aside that cannot be had, and goes on with the others', () => {
    const state = after(answered(archive(2, 0, A, B)), failed('object-altered', AT, A));
    assert.deepEqual(nextUplink(state, facts(), AT), { type: 'move-object', object: B, size: 1_000 });
    assert.deepEqual(nextUplink(state, facts(), AT + 2_000), { type: 'move-object', object: A, size: 1_000 });
  });

  it('shows an archive that knows more than it does what both have, once, and then leaves it for long', () => {
    const known = after(answered(archive(9, 9)));
    const work = nextUplink(known, facts(), AT);
    assert.ok(work.type === 'fail' && work.code === 'journal-rolled-back');
    const recounting = afterUplink(known, failed(work.code));
    assert.deepEqual(nextUplink(recounting, facts(), AT), { type: 'push-journal', from: 0, most: 2 });
    const agreed = afterUplink(recounting, pushed(archive(9, 9), 2));
    assert.deepEqual(nextUplink(agreed, facts(), AT), { type: 'rest', ms: 600_000 });
    const later = AT + 600_000;
    const again = afterUplink(
      afterUplink(agreed, answered(archive(9, 9), later)),
      failed('journal-rolled-back', later),
    );
    assert.equal(nextUplink(again, facts(), later).type, 'rest');
  });

  it('leaves an archive alone that keeps another truth of its journal', () => {
    const state = after(answered(archive(1)), failed('journal-forked'));
    assert.deepEqual(nextUplink(state, facts(), AT), { type: 'rest', ms: 600_000 });
  });

  it('does not believe an archive that says yes and has no more than before', () => {
    const state = after(answered(archive(1)), pushed(archive(1), 2));
    assert.equal(nextUplink(state, facts(), AT).type, 'rest');
    assert.equal(nextUplink(state, facts(), AT + 2_000).type, 'ask-archive');
  });

  it('knows nothing of the archive any more once it was docked', () => {
    const state = after(answered(archive(2, 0, A)), { type: 'let-go', at: AT });
    assert.deepEqual(nextUplink(state, facts(), AT), { type: 'ask-archive' });
  });

  describe('while recording', () => {
    const recording = { recording: true };
    const fits = (uplinkRate(facts(recording)) * FIT_MS) / 1000;

    it('keeps to a quarter of its share', () => {
      assert.deepEqual([uplinkRate(facts()), uplinkRate(facts(recording))], [100_000, 25_000]);
    });

    it('sends what fits into a sensible time, and leaves the rest for later', () => {
      const state = after(answered(archive(2, 0, [A, fits + 1], [B, fits])));
      assert.deepEqual(nextUplink(state, facts(recording), AT), {
        type: 'move-object',
        object: B,
        size: fits,
      });
      assert.deepEqual(nextUplink(state, facts(), AT), { type: 'move-object', object: A, size: fits + 1 });
      const large = after(answered(archive(2, 0, [A, fits + 1])));
      assert.equal(nextUplink(large, facts(recording), AT).type, 'rest');
    });

    it('goes by what the line was seen to carry, for a while', () => {
      const slow = after(answered(archive(2, 0, [A, 100_000], [B, 100_000])), {
        type: 'object-moved',
        at: AT,
        object: A,
        size: 100_000,
        tookMs: 200_000, // 500 bytes a second: 60 kB in the time
      });
      const told = afterUplink(slow, answered(archive(2, 0, [B, 100_000])));
      assert.equal(nextUplink(told, facts(recording), AT + 1).type, 'rest');
      assert.equal(nextUplink(told, facts(), AT + 1).type, 'move-object');
      assert.equal(nextUplink(told, facts(recording), AT + 300_000).type, 'move-object');
    });
  });
});

describe('the order of an uplink', () => {
  const notes: Record<string, HeldNote> = {
    [A]: { kind: 'segment', mark: undefined },
    [B]: { kind: 'segment', mark: 'mark' },
    [C]: { kind: 'segment', mark: 'key' },
    [D]: { kind: 'key', mark: undefined },
  };
  const order = (send: 'nothing' | 'marked' | 'everything', mostBytes = Infinity): string =>
    uplinkOrder(archive(1, 0, A, B, C, D).missing, { send, mostBytes, noteOf: (object) => notes[object] })
      .map(({ object }) => object.charAt(0))
      .join('');

  it('is keys, then key-marked, then marked, then plain', () => {
    assert.equal(order('everything'), 'dcba');
  });

  it('leaves out what policy does not send', () => {
    assert.deepEqual([order('marked'), order('nothing')], ['dcb', '']);
  });

  it('leaves out what is too long', () => {
    assert.equal(order('everything', 999), '');
  });
});

describe('a token bucket', () => {
  it('never lets out more than its rate, whatever is taken and when', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 250, max: 10_000_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 16_384 })), {
          minLength: 1,
        }),
        (rate, takes) => {
          let bucket: TokenBucket = { bytes: 0, at: 0 };
          let now = 0;
          let sent = 0;
          for (const [pause, bytes] of takes) {
            now += pause;
            bucket = fillBucket(bucket, rate, now);
            const wait = waitFor(bucket, rate);
            now += wait;
            bucket = spend(fillBucket(bucket, rate, now), bytes);
            sent += bytes;
            assert.ok(sent <= (now / 1000) * rate + rate / 2 + 16_384 + 1);
          }
        },
      ),
    );
  });

  it('is not faster after a long pause than it may be at once', () => {
    assert.equal(fillBucket({ bytes: 0, at: 0 }, 1_000, 3_600_000).bytes, 500);
  });
});
