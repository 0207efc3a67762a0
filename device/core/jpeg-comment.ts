import { concat, fromUtf8, toUtf8 } from '@mingjing/protocol';

/** ITU-T T.81, annex B: markers. */
const SOI = 0xd8;
const APP0 = 0xe0;
const SOS = 0xda;
const COM = 0xfe;
/** A segment says its length in 16 bits and counts them in. */
export const MAX_COMMENT_BYTES = 0xffff - 2;

/** The same JPEG with a comment segment (section B.2.4.5) behind its first segment. Throws a RangeError. */
export function withComment(jpeg: Uint8Array, comment: string): Uint8Array {
  const text = toUtf8(comment);
  if (text.length > MAX_COMMENT_BYTES)
    throw new RangeError(`a comment has at most ${MAX_COMMENT_BYTES} bytes, not ${text.length}`);
  if (!isJpeg(jpeg)) throw new RangeError('it does not begin and end as a JPEG');
  // JFIF wants its APP0 to be the first segment.
  const at = jpeg[3] === APP0 ? 4 + segmentLength(jpeg, 4) : 2;
  if (at > jpeg.length) throw new RangeError('its first segment is cut');
  const length = text.length + 2;
  const head = Uint8Array.of(0xff, COM, length >> 8, length & 0xff);
  return concat([jpeg.subarray(0, at), head, text, jpeg.subarray(at)]);
}

/** All comments of a JPEG, up to its picture. */
export function readComments(jpeg: Uint8Array): string[] {
  const comments: string[] = [];
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== SOS;) {
    const end = at + 2 + segmentLength(jpeg, at + 2);
    if (jpeg[at + 1] === COM && end <= jpeg.length) comments.push(fromUtf8(jpeg.subarray(at + 4, end)));
    at = end;
  }
  return comments;
}

/** From start of image to end of image. */
function isJpeg(bytes: Uint8Array): boolean {
  const { length } = bytes;
  const begins = length >= 8 && bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
  return begins && bytes[length - 2] === 0xff && bytes[length - 1] === 0xd9;
}

function segmentLength(bytes: Uint8Array, at: number): number {
  return Math.max(2, (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
}
