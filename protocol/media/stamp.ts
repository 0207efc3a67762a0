import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { concat, dataView, fromUtf8, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { ClockState, Id, Millis, Position, RecordingId, Text, Timestamp } from '../journal/entry-schema.ts';
import { boxBody, makeBox, readBoxes, type Box } from './boxes.ts';

/** Scheme of our event message boxes: ISO/IEC 23009-1 section 5.10.3.3. */
export const STAMP_SCHEME = 'urn:mingjing:stamp:1';
const TIMESCALE = 1000;

/** What rides ahead of every fragment, so that one hash covers picture, sound and stamp. */
export const Stamp = Type.Object({
  /** Camera's clock at the fragment's first sample. */
  at: Timestamp,
  mono: Millis,
  device: Id,
  recording: RecordingId,
  officer: Type.Optional(Text),
  clock: ClockState,
  position: Type.Optional(Position),
  marks: Type.Optional(
    Type.Array(Type.Union([Type.Literal('mark'), Type.Literal('key')]), { maxItems: 100 }),
  ),
});
export type Stamp = Static<typeof Stamp>;
const validator = Compile(Stamp);

/** The `emsg` box (version 1) of a stamp at `time` milliseconds into the recording. */
export function makeStampBox(stamp: Stamp, time: number, sequence: number): Uint8Array {
  const head = new Uint8Array(24);
  const view = dataView(head);
  view.setUint8(0, 1);
  view.setUint32(4, TIMESCALE);
  view.setBigUint64(8, BigInt(time));
  view.setUint32(20, sequence);
  return makeBox('emsg', head, toUtf8(`${STAMP_SCHEME}\0\0`), toUtf8(JSON.stringify(stamp)));
}

/** Every stamp of a segment or recording, in order, with its time in milliseconds. `code` 'bad-stamp'. */
export function readStamps(content: Uint8Array): { time: number; stamp: Stamp }[] {
  return readBoxes(content)
    .filter((box) => box.type === 'emsg')
    .flatMap(readStamp);
}

function readStamp(box: Box): { time: number; stamp: Stamp }[] {
  const body = boxBody(box);
  const scheme = concat([toUtf8(STAMP_SCHEME), Uint8Array.of(0, 0)]);
  if (body[0] !== 1 || body.length < 24 + scheme.length) return []; // somebody else's event
  if (fromUtf8(body.subarray(24, 24 + scheme.length)) !== fromUtf8(scheme)) return [];
  return [
    { time: Number(dataView(body).getBigUint64(8)), stamp: parseStamp(body.subarray(24 + scheme.length)) },
  ];
}

/** A stamp as JSON. `code` 'bad-stamp'. */
export function parseStamp(bytes: Uint8Array): Stamp {
  try {
    const stamp: unknown = JSON.parse(fromUtf8(bytes));
    if (validator.Check(stamp)) return stamp;
  } catch (cause) {
    throw new ProtocolError('bad-stamp', 'a stamp in the footage cannot be read', { cause });
  }
  throw new ProtocolError('bad-stamp', 'a stamp in the footage does not fit its schema');
}
