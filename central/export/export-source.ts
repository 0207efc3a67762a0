import type { JournalName, RecordingModel, SegmentModel, Signer } from '@mingjing/protocol';

/** One recording as the archive holds it, with everything a stranger needs to judge it. Until asked, nothing is opened. */
export interface ExportSource {
  readonly name: JournalName;
  readonly recording: RecordingModel;
  /** The segments that are here, ascending by index, each index once. */
  readonly segments: readonly SegmentModel[];
  /** Those that are not here and never will be: the camera's journal says that they were lost. */
  readonly lost: readonly SegmentModel[];
  /** The run from `recording-opened` to `recording-closed`, without a hole, each with its audit path. */
  readonly entries: readonly {
    readonly index: number;
    readonly bytes: Uint8Array;
    readonly proof: readonly Uint8Array[];
  }[];
  /** The camera's checkpoint the proofs lead to; of the receipt's size, if there is a receipt. */
  readonly checkpoint: string;
  readonly receipt?: string;
  readonly cameraChain: readonly string[];
  readonly archive: {
    readonly id: string;
    readonly agency: string;
    readonly chain: readonly string[];
    readonly signer: Signer;
  };
  /**
   * Unwraps the recording's age identity. MUST be on record in the custody log before it is called, as
   * {@link plaintext} must. It leaves the archive only if a segment cannot be checked without it.
   */
  recordingKey(): Promise<string>;
  plaintext(segment: SegmentModel): AsyncIterable<Uint8Array>;
  sealed(object: string): Promise<AsyncIterable<Uint8Array>>;
}
