import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ageOpen, fromUtf8, x25519Identity, type RecordingModel } from '@mingjing/protocol';
import type { Journal } from '../../device/ports/journal.ts';

/** Plaintext of every segment, opened with the agency's key through the recording's wrapped one. */
export function openFootage(
  directory: string,
  journal: Journal,
  { opened, segments }: RecordingModel,
  agencyKey: string,
): Uint8Array[] {
  const read = (object: string): Uint8Array =>
    readFileSync(join(directory, 'footage', journal.object(object)?.file ?? 'not held'));
  const key = fromUtf8(ageOpen(read(opened.body.key.object), [x25519Identity(agencyKey)]).plaintext).trim();
  return segments.map(({ object }) => ageOpen(read(object), [x25519Identity(key)]).plaintext);
}
