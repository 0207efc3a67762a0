import type { CommandOf } from '../core/commands.ts';
import { segmentFile } from '../core/file-names.ts';
import type { CameraPorts } from './camera-ports.ts';
import { closeFromJournal } from './recovery.ts';

/**
 * A photo into journal and store, behind its opening: one segment, then the close. It has its own key, and touches
 * nothing of the recording in hand.
 */
export async function storePhoto(
  ports: CameraPorts,
  recipient: string,
  { recording, jpeg, stamp }: CommandOf<'store-photo'>,
): Promise<void> {
  const { journal, store } = ports;
  const { at: start, clock } = stamp;
  const file = segmentFile(recording, 0);
  journal.beginSegment({ recording, index: 0, file, start, clock });
  const writer = await store.beginSegment(file, recipient, jpeg, 'exact');
  const sealed = await writer.seal().catch(async (error: unknown) => {
    await writer.abandon();
    throw error;
  });
  journal.append({ type: 'segment-sealed', recording, index: 0, ...sealed, start, end: start, clock }, file);
  closeFromJournal(ports, recording, 'stopped', start);
}
