import {
  JOINED_HEAD_BYTES,
  joinedTailLayout,
  joinedWavHead,
  joinedWavTail,
  MAX_JOINED_BYTES,
  plainStampOf,
  playableOf,
  WAV_HEAD_BYTES,
  type FootagePart,
  type SegmentModel,
} from '@mingjing/protocol';
import { FootageFile } from './footage-file.ts';
import { wholeSegment, type SegmentWriter } from './segment-writer.ts';

/**
 * Sound: the samples of all segments in one WAV, with their stamps behind them, so that each can be written again (see
 * `joinWavs`). A segment that its stamp and samples do not tell in full stands in a file of its own, as it was signed.
 * Memory: one segment.
 */
export class SoundWriter implements SegmentWriter {
  readonly #directory: string;
  readonly #parts: FootagePart[] = [];
  #joined: { readonly file: FootageFile; readonly stamps: Uint8Array[] } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async segment(segment: SegmentModel, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
    const whole = await wholeSegment(segment, plaintext);
    const bytes = segment.content === undefined ? playableOf('audio', whole) : whole;
    if (bytes.length === 0) return;
    const stamp = plainStampOf(bytes);
    const samples = bytes.subarray(WAV_HEAD_BYTES);
    if (stamp === undefined || samples.length % 2 !== 0) await this.#alone(segment, bytes);
    else await this.#join(segment, stamp, samples);
  }

  async finish(): Promise<FootagePart[]> {
    await this.#endJoined();
    return this.#parts;
  }

  async close(): Promise<void> {
    await this.#joined?.file.close();
    this.#joined = undefined;
  }

  async #alone({ index }: SegmentModel, bytes: Uint8Array): Promise<void> {
    await this.#endJoined();
    const file = await this.#create(new Uint8Array());
    try {
      await file.write(bytes);
    } finally {
      await file.close();
    }
    file.part.segments.push({ segment: index, bytes: [0, bytes.length] });
  }

  async #join({ index }: SegmentModel, stamp: Uint8Array, samples: Uint8Array): Promise<void> {
    if (!this.#hasRoom(stamp, samples)) await this.#endJoined();
    // The head is known when the end is.
    this.#joined ??= { file: await this.#create(new Uint8Array(JOINED_HEAD_BYTES)), stamps: [] };
    const { file, stamps } = this.#joined;
    const from = file.length;
    await file.write(samples);
    stamps.push(stamp);
    file.part.segments.push({ segment: index, bytes: [from, file.length] });
  }

  #hasRoom(stamp: Uint8Array, samples: Uint8Array): boolean {
    if (this.#joined === undefined) return true;
    const { file, stamps } = this.#joined;
    const tail = joinedTailLayout([...stamps, stamp].map(({ length }) => length));
    return file.length + samples.length + tail.bytes <= MAX_JOINED_BYTES;
  }

  async #endJoined(): Promise<void> {
    if (this.#joined === undefined) return;
    const { file, stamps } = this.#joined;
    const end = file.length;
    const tail = joinedWavTail(stamps);
    await file.write(tail);
    await file.writeBeginning(joinedWavHead(end - JOINED_HEAD_BYTES, tail.length));
    const layout = joinedTailLayout(stamps.map(({ length }) => length));
    for (const [n, one] of file.part.segments.entries()) {
      const from = end + (layout.stamps[n] ?? 0);
      one.stamp = [from, from + (stamps[n]?.length ?? 0)];
    }
    await this.close();
  }

  async #create(init: Uint8Array): Promise<FootageFile> {
    const file = await FootageFile.create(this.#directory, this.#parts.length, 'audio', init);
    this.#parts.push(file.part);
    return file;
  }
}
