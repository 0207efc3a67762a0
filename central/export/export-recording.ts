import { Custody } from '../shell/custody.ts';
import type { CustodyActor } from '../core/custody-event.ts';
import type { OpenArchive } from '../open-archive.ts';
import { gatherExport } from './gather-export.ts';
import { requireFree } from './put-in-place.ts';
import { writeExport, type ExportOptions } from './write-export.ts';

export interface ExportWish {
  readonly recording: string;
  /** An absolute path where nothing stands. */
  readonly out: string;
  readonly reason: string;
  readonly actor: CustodyActor;
}

/**
 * Exports a recording, and writes down in the custody log that it was decrypted before anything is opened, that it was
 * exported when it is. Gives the indexes of lost segments, which the export states. `code`: see ExportErrorCode.
 */
export async function exportRecording(
  archive: OpenArchive,
  { recording, out, reason, actor }: ExportWish,
  options: ExportOptions = {},
): Promise<{ lost: readonly number[] }> {
  await requireFree(out);
  const source = await gatherExport(archive, recording);
  const custody = new Custody(archive.custody, archive.evidence);
  const key = { ...source.name, recording };
  if (source.segments.length > 0)
    await custody.record(actor, key, { type: 'decrypted', purpose: 'export', reason });
  await writeExport(source, out, new Date(), options);
  await custody.record(actor, key, { type: 'exported', bag: out, reason });
  return { lost: source.lost.map(({ index }) => index) };
}
