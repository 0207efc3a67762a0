import { sha256Stream, toHex, type FootagePart, type SegmentModel } from '@mingjing/protocol';
import { ExportError } from './errors.ts';

/**
 * Joins the plaintext of segments into files that play, and says which bytes of them are which segment. Indexes MUST
 * ascend, and after an error the parts are not to be used. `code` 'content-altered'.
 */
export interface SegmentWriter {
  segment(segment: SegmentModel, plaintext: AsyncIterable<Uint8Array>): Promise<void>;
  /** The parts with a segment, in order, once all segments were taken in. */
  finish(): Promise<FootagePart[]>;
  /** Lets go of the files; safe after {@link finish}, and in its stead. */
  close(): Promise<void>;
}

/** A small segment as a whole, checked against its signed content hash if it has one. */
export async function wholeSegment(
  segment: SegmentModel,
  plaintext: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const hash = sha256Stream();
  const pieces: Uint8Array[] = [];
  for await (const piece of plaintext) {
    hash.update(piece);
    pieces.push(piece.slice());
  }
  if (segment.content !== undefined && toHex(hash.digest()) !== segment.content) throw altered(segment);
  return Buffer.concat(pieces);
}

export function altered({ index }: SegmentModel): ExportError {
  return new ExportError(
    'content-altered',
    `segment ${index} is not what the camera signed; nothing was exported`,
  );
}
