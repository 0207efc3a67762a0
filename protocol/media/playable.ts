import type { EntryOf } from '../journal/entry-schema.ts';
import { wholeFragments } from './fragments.ts';
import { wholeSamples } from './wav.ts';

export type RecordingMode = EntryOf<'recording-opened'>['mode'];

/** What the plaintext of a segment is, by what its recording was opened as. */
export const MEDIA: Readonly<Record<RecordingMode, { readonly extension: string; readonly type: string }>> = {
  video: { extension: 'mp4', type: 'video/mp4' },
  audio: { extension: 'wav', type: 'audio/wav' },
  photo: { extension: 'jpg', type: 'image/jpeg' },
};

/**
 * What can be shown of a segment whose end may be cut, byte for byte as it was sealed; empty if there is nothing. A photo
 * is shown as far as it goes: half of one is still half of what was seen.
 */
export function playableOf(mode: RecordingMode, bytes: Uint8Array): Uint8Array {
  switch (mode) {
    case 'video':
      return wholeFragments(bytes);
    case 'audio':
      return wholeSamples(bytes);
    case 'photo':
      return isJpeg(bytes) ? bytes : bytes.subarray(0, 0);
    default:
      return mode satisfies never;
  }
}

/** ITU-T T.81 section B.1.1.3: start of image, and the first byte of the next marker. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
