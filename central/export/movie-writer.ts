import {
  concat,
  equalBytes,
  readRuns,
  readTracks,
  sha256Stream,
  toHex,
  type Box,
  type FootagePart,
  type SegmentModel,
} from '@mingjing/protocol';
import { FragmentCutter } from '../core/fragment-cutter.ts';
import { FootageFile } from './footage-file.ts';
import { altered, type SegmentWriter } from './segment-writer.ts';

const MICROS = 1_000_000n;

/**
 * Fragmented MP4: the init segment once, then every fragment, byte for byte. A new file begins where a segment has another
 * init, or its time starts over; a gap in time is no reason. Memory: one fragment.
 */
export class MovieWriter implements SegmentWriter {
  readonly #parts: FootagePart[] = [];
  readonly #directory: string;
  #open: FootageFile | undefined;
  #latest = -1;
  #init: Uint8Array = new Uint8Array(0);
  #timescales: ReadonlyMap<number, bigint> = new Map();
  #micros = 0n;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async segment(segment: SegmentModel, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
    if (segment.index <= this.#latest)
      throw new RangeError(`segment ${segment.index} after segment ${this.#latest}`);
    this.#latest = segment.index;
    const hash = sha256Stream();
    const cutter = new FragmentCutter('survivors');
    const init: Uint8Array[] = [];
    let from: number | undefined;
    let file: FootageFile | undefined;
    for await (const piece of plaintext) {
      hash.update(piece);
      const cut = cutter.push(piece.slice());
      for (const box of cut.init) init.push(box.bytes);
      for (const box of cut.fragments) {
        file ??= await this.#fileFor(concat(init), cut.fragments);
        from ??= file.length;
        if (box.type === 'moof') this.#micros = this.#startOf(box) ?? this.#micros;
        await file.write(box.bytes);
      }
    }
    if (segment.content !== undefined) {
      const rest = cutter.rest();
      if (toHex(hash.digest()) !== segment.content || rest === undefined || file === undefined)
        throw altered(segment);
      for (const box of rest) await file.write(box.bytes);
    }
    if (file === undefined || from === undefined) return; // a recovered segment without one whole fragment
    file.part.segments.push({ segment: segment.index, bytes: [from, file.length] });
  }

  finish(): Promise<FootagePart[]> {
    return Promise.resolve(this.#parts);
  }

  async close(): Promise<void> {
    await this.#open?.close();
    this.#open = undefined;
  }

  async #fileFor(init: Uint8Array, fragments: readonly Box[]): Promise<FootageFile> {
    const open = this.#open;
    const first = fragments.find(({ type }) => type === 'moof');
    if (open !== undefined && first !== undefined && equalBytes(init, this.#init)) {
      const start = this.#startOf(first);
      if (start !== undefined && start > this.#micros) return open;
    }
    await this.close();
    this.#init = init;
    this.#timescales = new Map(readTracks(init).map(({ id, timescale }) => [id, BigInt(timescale)]));
    this.#open = await FootageFile.create(this.#directory, this.#parts.length, 'video', init);
    this.#parts.push(this.#open.part);
    return this.#open;
  }

  /** Where a fragment begins, whichever tracks are in it. */
  #startOf(moof: Box): bigint | undefined {
    const starts = readRuns(moof.bytes).flatMap(({ track, decodeTime }) => {
      const timescale = this.#timescales.get(track) ?? 0n;
      return timescale === 0n ? [] : [(decodeTime * MICROS) / timescale];
    });
    return starts.reduce<bigint | undefined>(
      (least, start) => (least === undefined || start < least ? start : least),
      undefined,
    );
  }
}
