import { dataView } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { boxBody, readBoxes, type Box } from './boxes.ts';

/** ISO/IEC 14496-12 section 4.2.2: a box whose body begins with a version and flags. */
export interface FullBox {
  readonly version: number;
  readonly flags: number;
  /** What stands behind version and flags. */
  readonly body: Uint8Array;
}

export function fullBox(box: Box): FullBox {
  const body = boxBody(box);
  const word = uint32(body, 0);
  return { version: word >>> 24, flags: word & 0xffffff, body: body.subarray(4) };
}

export function children(box: Box): Box[] {
  return readBoxes(boxBody(box));
}

/** The first child of each type in turn. `code` 'bad-media'. */
export function descend(box: Box, ...path: readonly string[]): Box {
  return path.reduce((parent, type) => {
    const child = children(parent).find((candidate) => candidate.type === type);
    if (child === undefined) throw badMedia(`no ${type} box in ${parent.type}`);
    return child;
  }, box);
}

/** `code` 'bad-media': the box is shorter. */
export function uint32(bytes: Uint8Array, offset: number): number {
  if (offset + 4 > bytes.length) throw badMedia('a box is shorter than its fields');
  return dataView(bytes).getUint32(offset);
}

export function badMedia(why: string): ProtocolError {
  return new ProtocolError('bad-media', `not a fragmented MP4: ${why}`);
}
