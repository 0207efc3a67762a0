import { isKeyFile, recordingOfFile, recordingOfRest } from './file-names.ts';

export interface StrayFiles {
  /** Footage by its name: never ours to remove, a person must look. */
  readonly unexplained: readonly string[];
  readonly removable: readonly string[];
}

/**
 * What becomes of files that the journal does not name. INVARIANT: a file that by its name is footage is kept,
 * for a journal can be lost or put back to an older one, and then footage would look like litter.
 * Only a wrapped key of which nothing else is left may go: the power went before its recording was opened. That
 * is believed only of a journal that was there before this start, and that explains all other footage.
 * The rest of a damaged segment is kept, too; where the journal knows its recording it is explained.
 */
export function sortStrays(
  strays: readonly string[],
  known: { readonly journalIsNew: boolean; isRecording(recording: string): boolean },
): StrayFiles {
  const isRest = (file: string): boolean => recordingOfRest(file) !== undefined;
  const footage = strays.filter(
    (file) =>
      recordingOfFile(file) !== undefined ||
      (isRest(file) && !known.isRecording(recordingOfRest(file) ?? '')),
  );
  const neverOpened = (file: string): boolean =>
    isKeyFile(file) && !known.isRecording(recordingOfFile(file) ?? '');
  const trusted = !known.journalIsNew && footage.every(neverOpened);
  const unexplained = trusted ? [] : footage;
  const removable = strays.filter((file) => !isRest(file) && !unexplained.includes(file));
  return { unexplained, removable };
}
