import type { RecordingMode } from '@mingjing/protocol';
import { MovieWriter } from './movie-writer.ts';
import { PhotoWriter } from './photo-writer.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { SoundWriter } from './sound-writer.ts';

/** What makes files of the segments of such a recording, in `directory`. */
export function footageWriter(mode: RecordingMode, directory: string): SegmentWriter {
  switch (mode) {
    case 'video':
      return new MovieWriter(directory);
    case 'audio':
      return new SoundWriter(directory);
    case 'photo':
      return new PhotoWriter(directory);
    default:
      return mode satisfies never;
  }
}
