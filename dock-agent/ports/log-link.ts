import type { ArchiveNote, CosignatureDelivery } from '@mingjing/protocol';

/** The archive's custody log, as its witness sees it. Everything that comes may be forged. */
export interface LogLink {
  /** Its latest checkpoint. */
  latest(signal: AbortSignal): Promise<ArchiveNote>;
  /** The body of an `add-checkpoint` (c2sp.org/tlog-witness), verbatim. */
  growth(old: number, size: number, signal: AbortSignal): Promise<Uint8Array>;
  deliver(cosignature: CosignatureDelivery, signal: AbortSignal): Promise<void>;
  close(): void;
}
