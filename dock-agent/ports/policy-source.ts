import type { ArchiveNote } from '@mingjing/protocol';

export interface PolicyInHand {
  readonly version: number;
  /** SHA-256 of the policy's bytes, hexadecimal: the camera names it by this. */
  readonly hash: string;
  readonly delivery: ArchiveNote;
}

/** The agency's policy for cameras, as an archive of the agency signed it. */
export interface PolicySource {
  /** The latest version that holds; undefined: none. Never rejects: what cannot be read or believed is not there. */
  current(): Promise<PolicyInHand | undefined>;
}
