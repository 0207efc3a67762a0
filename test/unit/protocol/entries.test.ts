import assert from 'node:assert/strict';
import {
  decodeEntry,
  encodeEntry,
  MAX_ENTRY_BYTES,
  ProtocolError,
  toUtf8,
  type Entry,
  type ProtocolErrorCode,
} from '@mingjing/protocol';

const head = { at: '2026-11-21T08:00:00.000Z', boot: 'ab'.repeat(16), mono: 12 } as const;
const alarm: Entry = { type: 'alarm', ...head, code: 'storage-low' };

function refused(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

describe('journal entries', () => {
  it('come back as they went', () => {
    assert.deepEqual(decodeEntry(encodeEntry(alarm)), { known: true, entry: alarm, unknownFields: [] });
  });

  it('are not written with fields their type does not know', () => {
    assert.throws(() => encodeEntry({ ...alarm, extra: 1 } as unknown as Entry), refused('bad-entry'));
  });

  it('of an unknown type are read and called unknown', () => {
    const read = decodeEntry(toUtf8(JSON.stringify({ type: 'teleported', at: head.at, x: 1 })));
    assert.deepEqual(read, { known: false, type: 'teleported', at: head.at });
  });

  it('with fields of a later version are judged by the fields that are known', () => {
    const read = decodeEntry(toUtf8(JSON.stringify({ ...alarm, loudness: 3 })));
    assert.deepEqual(read, { known: true, entry: alarm, unknownFields: ['loudness'] });
  });

  it('with later fields further in are judged likewise', () => {
    const set = {
      type: 'clock-set',
      ...head,
      before: head.at,
      after: head.at,
      clock: { source: 'gnss', leap: 1 },
    };
    const read = decodeEntry(toUtf8(JSON.stringify(set)));
    assert.ok(read.known);
    assert.deepEqual(read.unknownFields, ['clock.leap']);
  });

  it('bear times that are times', () => {
    for (const at of ['2026-13-01T00:00:00.000Z', '2026-01-32T00:00:00.000Z', '2026-01-01T24:00:00.000Z']) {
      assert.throws(() => decodeEntry(toUtf8(JSON.stringify({ ...alarm, at }))), refused('bad-entry'), at);
    }
  });

  it('have one spelling', () => {
    const text = JSON.stringify(alarm);
    for (const other of [
      ` ${text}`,
      text.replace(',', ', '),
      text.replace('alarm', '\\u0061larm'),
      text.replace('"mono":12', '"mono":12.0'),
    ]) {
      assert.throws(() => decodeEntry(toUtf8(other)), refused('bad-entry'), other);
    }
    assert.throws(
      () => decodeEntry(toUtf8(text.replace('"mono":12', '"mono":1,"mono":12'))),
      refused('bad-entry'),
    );
  });

  it('are refused when they are no entries', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '"x"',
      '{}',
      '{"type":1}',
      '{"type":"alarm"}',
      '{"type":"__proto__"',
      JSON.stringify({ ...alarm, at: 'yesterday' }),
    ]) {
      assert.throws(() => decodeEntry(toUtf8(text)), refused('bad-entry'), text);
    }
    assert.throws(() => decodeEntry(Uint8Array.of(0xff)), refused('bad-entry'));
    assert.throws(() => decodeEntry(new Uint8Array(MAX_ENTRY_BYTES + 1)), refused('entry-too-large'));
  });
});
