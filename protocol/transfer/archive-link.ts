import type { JournalName } from '../note/names.ts';
import type { IngestState, JournalPage, ReceiptDelivery } from '../wire/http.ts';

/**
 * A line to the archive, for one journal at a time. Every call may be repeated: the archive takes the same page and the
 * same object twice without harm. When a push or a put has resolved, what was sent is durable there.
 *
 * Errors are runtime's RuntimeError: 'peer-unreachable' and 'peer-timeout' (try again), 'peer-not-trusted',
 * 'peer-broke-protocol', and PeerRefusal with the archive's own code. When `signal` aborts, the call MUST reject soon.
 */
export interface ArchiveLink {
  /** What the archive holds of this journal; all zero when it knows none. */
  state(camera: JournalName, signal: AbortSignal): Promise<IngestState>;

  pushJournal(camera: JournalName, page: JournalPage, signal: AbortSignal): Promise<IngestState>;

  /**
   * Sends an object of exactly `size` bytes. A piece MUST NOT be looked at any more once the next is asked for. If `bytes` rejects, the archive MUST NOT have been sent the whole of it,
   * and the call rejects. `from`: as `uploadOffset` said; `bytes` are what comes behind it. PeerRefusal 'wrong-offset' or
   * 'digest-mismatch': what was kept is not, or was not right, and is gone; send the whole.
   */
  putObject(
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    from?: number,
  ): Promise<void>;

  /** Where an upload of ours that broke off goes on: less than its size; 0: nothing of it is kept. */
  uploadOffset(object: string, signal: AbortSignal): Promise<number>;

  /** The latest receipt for this journal; undefined if there is none yet. */
  receipt(camera: JournalName, signal: AbortSignal): Promise<ReceiptDelivery | undefined>;

  close(): void;
}
