import type { SegmentModel } from '../journal/replay.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import type { JournalName } from '../note/names.ts';
import type { Place } from './verdict.ts';

/** An entry as it is presented. */
export interface PresentedEntry {
  /** Its index in the camera's journal. */
  readonly index: number;
  /** The exact bytes. */
  readonly bytes: Uint8Array;
  /** Its audit path below the checkpoint (RFC 6962), leaf's sibling first; none when the whole journal is presented. */
  readonly proof?: readonly Uint8Array[];
}

/** Bytes of footage, and where they stand. */
export interface PresentedBytes {
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly place: Pick<Place, 'file' | 'bytes'>;
}

/** Where the verifier gets footage. Each may say undefined: not at hand. */
export interface FootageSource {
  /** The sealed object (age file) by its name. */
  sealed?(object: string): PresentedBytes | undefined;
  /** The plaintext of a segment; of a recovered one, what `playableOf` leaves of its survivors. */
  content?(recording: string, segment: SegmentModel): PresentedBytes | undefined;
  /** The recording's own age identity, to open what has no signed content hash (recovered segments). */
  key?(recording: string): string | undefined;
}

export interface Evidence {
  readonly journal: JournalName;
  /**
   * Either the whole journal, from entry 0 to the checkpoint's size, without proofs; or runs of it, each entry
   * with its proof. A recording is judged if its `recording-opened` is among them.
   */
  readonly entries: readonly PresentedEntry[];
  /** The camera's signed checkpoint (C2SP signed note). */
  readonly checkpoint: string;
  /** Evidence certificate of the camera and its issuers, PEM, leaf first. */
  readonly cameraChain: readonly string[];
  /** The archive's receipt and evidence chain. */
  readonly receipt?: { readonly note: string; readonly chain: readonly string[] };
  /** Roots the judge trusts, PEM. Never taken from the evidence itself. */
  readonly roots: readonly string[];
  /** Other states of this journal the judge knows and trusts (receipts seen before, a public log). */
  readonly known?: readonly Checkpoint[];
  /** The recordings in question; absent: all that are presented. */
  readonly recordings?: readonly string[];
  readonly footage: FootageSource;
}
