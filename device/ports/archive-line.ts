import type { ArchiveLink, ArchiveNote } from '@mingjing/protocol';

/** The camera's own line to the archive: what a dock has, and the agency's policy. */
export interface ArchiveLine extends ArchiveLink {
  /** As the archive signed it, unchecked; undefined: it hands out none. Errors as for the other calls. */
  policy(signal: AbortSignal): Promise<ArchiveNote | undefined>;
}
