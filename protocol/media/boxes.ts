import { concat, dataView } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** ISO/IEC 14496-12 section 4.2: a box is a 32-bit size, four characters, a body. */
export interface Box {
  readonly type: string;
  /** The whole box, head included. */
  readonly bytes: Uint8Array;
  readonly headerSize: number;
}

/** A fragment of 1 s at 100 Mbit/s is 12.5 MB; more than this is no camera's. */
export const MAX_BOX_BYTES = 64 * 1024 * 1024;

/**
 * Cuts a byte stream into its top-level boxes. Memory is bounded by the largest box allowed.
 * `code`: 'bad-box', 'box-too-large'.
 */
export class BoxSplitter {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(limit = MAX_BOX_BYTES) {
    this.#limit = limit;
  }

  /** Bytes of a box that has begun and not ended. */
  get pending(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): Box[] {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    const boxes: Box[] = [];
    for (let box = this.#take(); box !== undefined; box = this.#take()) boxes.push(box);
    return boxes;
  }

  #take(): Box | undefined {
    if (this.#length < 8) return undefined;
    const first = this.#join(16);
    const head = readHead(first);
    if (head === undefined) return undefined;
    if (head.size > this.#limit) {
      throw new ProtocolError(
        'box-too-large',
        `a ${head.type} box of ${head.size} bytes; at most ${this.#limit} are taken`,
      );
    }
    if (this.#length < head.size) return undefined;
    const all = this.#join(head.size);
    const rest = all.subarray(head.size);
    this.#pieces = rest.length === 0 ? [] : [rest, ...this.#pieces.slice(1)];
    this.#length -= head.size;
    return {
      type: head.type,
      bytes: new Uint8Array(all.subarray(0, head.size)),
      headerSize: head.headerSize,
    };
  }

  /** The first piece, made at least `count` bytes long if there are so many. */
  #join(count: number): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && first.length >= count) return first;
    let length = 0;
    let n = 0;
    while (n < this.#pieces.length && length < count) length += this.#pieces[n++]?.length ?? 0;
    const joined = concat(this.#pieces.slice(0, n));
    this.#pieces.splice(0, n, joined);
    return joined;
  }
}

/** All boxes of a buffer that must hold whole boxes and nothing else. */
export function readBoxes(bytes: Uint8Array): Box[] {
  const boxes: Box[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const head = readHead(bytes.subarray(offset));
    if (head === undefined || offset + head.size > bytes.length)
      throw new ProtocolError('bad-box', 'a box is cut');
    boxes.push({
      type: head.type,
      bytes: bytes.subarray(offset, offset + head.size),
      headerSize: head.headerSize,
    });
    offset += head.size;
  }
  return boxes;
}

export function boxBody(box: Box): Uint8Array {
  return box.bytes.subarray(box.headerSize);
}

export function makeBox(type: string, ...body: readonly Uint8Array[]): Uint8Array {
  const content = concat(body);
  const out = new Uint8Array(8 + content.length);
  dataView(out).setUint32(0, out.length);
  out.set(fourcc(type), 4);
  out.set(content, 8);
  return out;
}

/** Section 8.1.2: a box to be skipped, of `size` bytes in all (at least 8). */
export function freeBox(size: number): Uint8Array {
  if (size < 8) throw new ProtocolError('out-of-range', 'a free box has at least 8 bytes');
  return makeBox('free', new Uint8Array(size - 8));
}

function readHead(bytes: Uint8Array): { type: string; size: number; headerSize: number } | undefined {
  if (bytes.length < 8) return undefined;
  const view = dataView(bytes);
  const size = view.getUint32(0);
  const type = String.fromCharCode(...bytes.subarray(4, 8));
  if (!/^[\x20-\x7e]{4}$/.test(type))
    throw new ProtocolError('bad-box', 'a box type is not four printable characters');
  if (size === 1) {
    if (bytes.length < 16) return undefined;
    const large = Number(view.getBigUint64(8));
    if (large < 16) throw new ProtocolError('bad-box', `a ${type} box smaller than its head`);
    return { type, size: large, headerSize: 16 };
  }
  // Size 0, "to the end of the file", has no place in a stream of fragments.
  if (size < 8) throw new ProtocolError('bad-box', `a ${type} box smaller than its head`);
  return { type, size, headerSize: 8 };
}

function fourcc(type: string): Uint8Array {
  if (!/^[\x20-\x7e]{4}$/.test(type)) throw new ProtocolError('bad-box', `not a box type: ${type}`);
  return Uint8Array.from(type, (character) => character.charCodeAt(0));
}
