import assert from 'node:assert/strict';
import { JournalReplay, type Entry, type EntryBody, type SequenceFault } from '@mingjing/protocol';

const BOOT = 'a'.repeat(32);
const R = 'b'.repeat(32);
const hash = (n: number): string => n.toString(16).padStart(64, '0');
const at = '2026-11-21T08:00:00.000Z';
const clock = { source: 'gnss', uncertainty: 5 } as const;

const powerOn: EntryBody = { type: 'power-on', device: 'c-1', epoch: 1, software: '0.1.0', cause: 'start' };
const opened: EntryBody = {
  type: 'recording-opened',
  recording: R,
  mode: 'video',
  cause: 'button',
  start: at,
  key: { recipient: `age1${'q'.repeat(58)}`, object: hash(1), size: 10 },
};
const sealed = (index: number, object = hash(10 + index)): EntryBody => ({
  type: 'segment-sealed',
  recording: R,
  index,
  object,
  size: 10,
  content: hash(99),
  start: at,
  end: at,
  clock,
});
const marked: EntryBody = { type: 'marked', recording: R, kind: 'mark' };
const closed = (segments: number, marks = 0): EntryBody => ({
  type: 'recording-closed',
  recording: R,
  reason: 'stopped',
  segments,
  marks,
  end: at,
});

function replay(bodies: readonly (EntryBody & { boot?: string; mono?: number })[]): SequenceFault[] {
  const journal = new JournalReplay({ device: 'c-1', epoch: 1 });
  return bodies.flatMap((body, index) =>
    journal.apply(index, {
      known: true,
      entry: { at, boot: BOOT, mono: index, ...body } as Entry,
      unknownFields: [],
    }),
  );
}

describe('following a journal', () => {
  const rows: [string, (EntryBody & { boot?: string; mono?: number })[], SequenceFault[]][] = [
    ['a whole recording is in order', [powerOn, opened, sealed(0), marked, sealed(1), closed(2, 1)], []],
    ['it begins with power-on', [opened], ['no-power-on']],
    [
      'a new boot begins with power-on',
      [powerOn, { ...marked, recording: R, boot: 'c'.repeat(32) }],
      ['boot-without-power-on', 'recording-unknown'],
    ],
    ['it is of one camera', [{ ...powerOn, device: 'c-2' }], ['other-device']],
    ['it is of one epoch', [{ ...powerOn, epoch: 2 }], ['other-device']],
    [
      'monotonic time does not run backwards',
      [powerOn, { ...opened, mono: 9 }, { ...sealed(0), mono: 8 }],
      ['mono-backwards'],
    ],
    ['a recording is opened once', [powerOn, opened, opened], ['recording-reopened']],
    ['a segment belongs to a recording', [powerOn, sealed(0)], ['recording-unknown']],
    ['segments are counted', [powerOn, opened, sealed(1)], ['segment-out-of-order']],
    [
      'two segments do not swap',
      [powerOn, opened, sealed(1), sealed(0)],
      ['segment-out-of-order', 'segment-out-of-order'],
    ],
    ['nothing follows the close', [powerOn, opened, closed(0), sealed(0)], ['entry-after-close']],
    ['the close counts the segments', [powerOn, opened, sealed(0), closed(2)], ['counts-differ']],
    ['the close counts the marks', [powerOn, opened, sealed(0), marked, closed(1, 0)], ['counts-differ']],
    ['an object has one place', [powerOn, opened, sealed(0), sealed(1, hash(10))], ['object-named-twice']],
    [
      'only named objects are released',
      [
        powerOn,
        {
          type: 'object-released',
          objects: [hash(5)],
          receipt: { archive: 'a', size: 1, root: 'A'.repeat(44) },
        },
      ],
      ['object-unknown'],
    ],
  ];
  for (const [sentence, bodies, faults] of rows) it(sentence, () => assert.deepEqual(replay(bodies), faults));
});
