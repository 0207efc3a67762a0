import {
  JOINED_HEAD_BYTES,
  joinedWavHead,
  keepInitTracks,
  readTracks,
  type RecordingModel,
  type SegmentModel,
} from '@mingjing/protocol';
import { ReviewRefused } from '../core/errors.ts';
import type { PlayableSegment } from '../core/playlist.ts';
import type { SegmentScanResult } from '../core/segment-scan.ts';
import type { Footage } from './footage.ts';

/** A file that is made while it is read. */
export interface SoundFile {
  readonly size: number;
  /** Bytes `[from, to)`. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}

/** The init segment for a stretch: it promises no track that is not in it. */
export function initOf({ init, stretches }: SegmentScanResult, stretch: number): Uint8Array | undefined {
  const tracks = stretches[stretch]?.tracks;
  if (init === undefined || tracks === undefined) return undefined;
  const all = readTracks(init.bytes).every(({ id }) => tracks.includes(id));
  return all ? init.bytes : keepInitTracks(init.bytes, new Set(tracks));
}

/**
 * Segments of sound that follow one another, as one WAV of known size. `open` is called for each segment before its first
 * byte is given out, every time it is read.
 */
export async function soundFile(
  footage: Pick<Footage, 'scan' | 'samples'>,
  recording: RecordingModel,
  segments: readonly PlayableSegment[],
  open: (index: number) => Promise<SegmentModel>,
): Promise<SoundFile> {
  const [first] = segments;
  const model = recording.segments.find(({ index }) => index === first?.index);
  const sound = model === undefined ? undefined : (await footage.scan(recording, model)).sound;
  if (sound === undefined) throw new ReviewRefused('footage-unreadable', 'there is no sound in it');
  const samples = segments.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const head = joinedWavHead(samples, 0, sound.format);
  async function* read(from: number, to: number): AsyncGenerator<Uint8Array> {
    if (from < head.length) yield head.subarray(from, Math.min(to, head.length));
    let at = JOINED_HEAD_BYTES;
    for (const { index, bytes = 0 } of segments) {
      if (at < to && at + bytes > from) {
        const segment = await open(index);
        yield* footage.samples(recording, segment, Math.max(0, from - at), Math.min(bytes, to - at));
      }
      at += bytes;
    }
  }
  return { size: head.length + samples, read };
}
