import { playableOf, type FootagePart, type SegmentModel } from '@mingjing/protocol';
import { FootageFile } from './footage-file.ts';
import { wholeSegment, type SegmentWriter } from './segment-writer.ts';

/** A photo is a file as it is. */
export class PhotoWriter implements SegmentWriter {
  readonly #directory: string;
  readonly #parts: FootagePart[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  async segment(segment: SegmentModel, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
    const whole = await wholeSegment(segment, plaintext);
    const bytes = segment.content === undefined ? playableOf('photo', whole) : whole;
    if (bytes.length === 0) return;
    const file = await FootageFile.create(this.#directory, this.#parts.length, 'photo', new Uint8Array());
    try {
      await file.write(bytes);
    } finally {
      await file.close();
    }
    file.part.segments.push({ segment: segment.index, bytes: [0, bytes.length] });
    this.#parts.push(file.part);
  }

  finish(): Promise<FootagePart[]> {
    return Promise.resolve(this.#parts);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
