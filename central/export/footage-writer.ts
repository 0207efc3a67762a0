import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  concat,
  equalBytes,
  footageFile,
  readRuns,
  sha256Stream,
  toHex,
  type Box,
  type FootageMap,
  type SegmentModel,
} from '@mingjing/protocol';
import { FragmentCutter } from '../core/segment-scan.ts';
import { ExportError } from './errors.ts';

type Part = FootageMap['parts'][number];

/**
 * Joins the plaintext of segments into MP4 files that play: the init segment once, then every fragment, byte for
 * byte. A new file begins where a segment has another init, or its time starts over. Memory: one fragment.
 */
export class FootageWriter {
  /** Those with a segment, in order. */
  readonly parts: Part[] = [];
  readonly #directory: string;
  #latest = -1;
  #file: FileHandle | undefined;
  #init: Uint8Array = new Uint8Array(0);
  #decodeTime = 0n;
  #length = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Takes a segment in and checks it against its signed content hash on the way. Indexes MUST ascend, and after an
   * error the parts are not to be used. `code` 'content-altered'.
   */
  async segment(segment: SegmentModel, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
    if (segment.index <= this.#latest)
      throw new RangeError(`segment ${segment.index} after segment ${this.#latest}`);
    this.#latest = segment.index;
    const hash = sha256Stream();
    const cutter = new FragmentCutter('survivors');
    const init: Uint8Array[] = [];
    let from: number | undefined;
    for await (const piece of plaintext) {
      hash.update(piece);
      const cut = cutter.push(piece.slice());
      for (const box of cut.init) init.push(box.bytes);
      for (const box of cut.fragments) {
        from ??= await this.#begin(concat(init), cut.fragments);
        if (box.type === 'moof') this.#decodeTime = decodeTimeOf(box);
        await this.#write(box.bytes);
      }
    }
    if (segment.content !== undefined) {
      const rest = cutter.rest();
      if (toHex(hash.digest()) !== segment.content || rest === undefined || from === undefined) {
        throw new ExportError(
          'content-altered',
          `segment ${segment.index} is not what the camera signed; nothing was exported`,
        );
      }
      for (const box of rest) await this.#write(box.bytes);
    }
    if (from === undefined) return; // a recovered segment without one whole fragment
    this.parts.at(-1)?.segments.push({ segment: segment.index, bytes: [from, this.#length] });
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Gives the offset at which the segment's own bytes begin. */
  async #begin(init: Uint8Array, fragments: readonly Box[]): Promise<number> {
    const first = fragments.find(({ type }) => type === 'moof');
    const later = first !== undefined && decodeTimeOf(first) > this.#decodeTime;
    const continues = later && this.#file !== undefined && equalBytes(init, this.#init);
    if (!continues) {
      await this.close();
      const file = footageFile(this.parts.length);
      this.#file = await open(join(this.#directory, file), 'wx', 0o600);
      this.#init = init;
      this.#length = 0;
      await this.#write(init);
      this.parts.push({ file, init: [0, init.length], segments: [] });
    }
    return this.#length;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file?.writeFile(bytes);
    this.#length += bytes.length;
  }
}

function decodeTimeOf(moof: Box): bigint {
  return readRuns(moof.bytes)[0]?.decodeTime ?? 0n;
}
