import type { Entry } from '@mingjing/protocol';
import { keyFile, segmentFile } from './file-names.ts';

/** Whether the entry names the object, of that recording, as lying in that file. */
export function names(
  entry: Entry | undefined,
  { object, recording, file }: { object: string; recording: string; file: string },
): boolean {
  if (entry?.type === 'recording-opened')
    return entry.recording === recording && entry.key.object === object && file === keyFile(recording);
  if (entry?.type !== 'segment-sealed' && entry?.type !== 'segment-recovered') return false;
  return (
    entry.recording === recording && entry.object === object && file === segmentFile(recording, entry.index)
  );
}

export function releases(entry: Entry | undefined, object: string): boolean {
  return entry?.type === 'object-released' && entry.objects.includes(object);
}
