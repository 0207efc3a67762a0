import assert from 'node:assert/strict';
import { encodeEntry, Frontier, toHex, toUtf8, type Entry, type EntryBody } from '@mingjing/protocol';
import { entriesOf, factsOf, fits, grownTree, OutboxError } from '../../../dock-agent/core/outbox-rules.ts';

const at = '2026-01-01T00:00:00.000Z';
const hex = (byte: number): string => toHex(new Uint8Array(32).fill(byte));
const id = '0'.repeat(32);

function entry({ type, ...body }: EntryBody): Uint8Array {
  return encodeEntry({ type, at, boot: id, mono: 1, ...body } as Entry);
}

describe('the rules of the outbox', () => {
  it('reads of a page what there is to be moved, and what is gone', () => {
    const segment = {
      recording: id,
      index: 0,
      size: 5,
      start: at,
      clock: { source: 'free-running' },
    } as const;
    const facts = factsOf(40, [
      entry({ type: 'docked' }),
      entry({
        type: 'recording-opened',
        recording: id,
        mode: 'video',
        cause: 'button',
        start: at,
        key: { recipient: `age1${'q'.repeat(58)}`, object: hex(1), size: 3 },
      }),
      entry({ type: 'segment-sealed', ...segment, object: hex(2), content: hex(9), end: at }),
      entry({ type: 'segment-recovered', ...segment, object: hex(3) }),
      entry({ type: 'marked', recording: id, kind: 'mark' }),
      entry({ type: 'object-lost', object: hex(3), reason: 'gone' }),
      toUtf8('no entry at all'),
      toUtf8('{"type":"of-tomorrow"}'),
    ]);
    assert.deepEqual(
      facts.named.map(({ object, size, entry: where, key }) => [object, size, where, key]),
      [
        [hex(1), 3, 41, true],
        [hex(2), 5, 42, false],
        [hex(3), 5, 43, false],
      ],
    );
    assert.deepEqual([facts.marked, facts.gone], [[id], [hex(3)]]);
  });

  it('refuses a page that is not base64, and a checkpoint that is none', () => {
    const bad = (error: unknown): boolean => error instanceof OutboxError && error.code === 'page-bad';
    const page = { epoch: 1, from: 0, entries: ['*'], checkpoint: '', evidence: [] };
    assert.throws(() => entriesOf(page), bad);
    assert.throws(() => grownTree(new Frontier(), [], 'nothing'), bad);
  });

  it('has room for what neither its limit nor the reserve of the disk forbids', () => {
    const room = { used: 50, underWay: 10, free: 100, maxBytes: 100, reserveBytes: 60 };
    assert.ok(fits(30, room));
    assert.ok(!fits(31, room), 'the reserve');
    assert.ok(fits(40, { ...room, free: 1_000 }));
    assert.ok(!fits(41, { ...room, free: 1_000 }), 'the limit');
  });
});
