import type { ArchiveNote } from '@mingjing/protocol';

/** How far the archive's custody log has come, as the archive signed it. */
export interface CheckpointInHand {
  readonly origin: string;
  readonly size: number;
  readonly delivery: ArchiveNote;
}

export interface CheckpointSource {
  /** The latest that holds; undefined: none, or the archive is away. Waits for nobody, and never throws. */
  latest(): CheckpointInHand | undefined;
}
