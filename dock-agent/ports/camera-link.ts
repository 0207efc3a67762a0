import type {
  ArchiveNote,
  CameraCondition,
  CareOutcome,
  CertificateName,
  DeviceIdentity,
  DockNote,
  IssuedAs,
  JournalPage,
  ReceiptDelivery,
  ReceiptOutcome,
  TimeClaim,
  TimeOutcome,
} from '@mingjing/protocol';

export interface Identified {
  readonly line: CertificateName;
  readonly issued: IssuedAs;
  readonly claims: DeviceIdentity;
}

/**
 * The line to the camera in one bay, for one docking. The other end MUST be a camera of our agency, shown by a valid
 * TLS certificate, before a byte of its answers is believed to be its own; what it then says is still hostile: within
 * its schema and limit, and no more than that.
 *
 * Errors are runtime's RuntimeError: 'peer-unreachable' and 'peer-timeout' (try again), PeerNotTrusted with its reason,
 * 'peer-broke-protocol', and PeerRefusal with the camera's own code. Where `device` is given and another camera answers:
 * BayFailure 'camera-changed'. When `signal` aborts, the call MUST reject soon and leave no line open.
 */
export interface CameraLink {
  /** Who is there: the name in its TLS certificate, by whom that was issued, and what it says of itself. */
  identify(signal: AbortSignal): Promise<Identified>;

  /** A run of the journal from entry `from`, at most `limit` entries. */
  journal(
    device: string,
    epoch: number,
    from: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<JournalPage>;

  /**
   * Hands the bytes of an object to `use` as they come, with back-pressure; holds no more than a few pieces. A piece is
   * good until the next is asked for: its memory may be used again. The iteration MUST end only where the camera ended its answer, and reject when the line broke before. When `use` ends
   * early the rest is not read. PeerRefusal 'not-found': the camera has no such object.
   */
  object<R>(
    device: string,
    object: string,
    signal: AbortSignal,
    use: (bytes: AsyncIterable<Uint8Array>) => Promise<R>,
    from?: number,
  ): Promise<R>;

  /** What the camera erased on it is in the answer; the same receipt twice does no harm. */
  handReceipt(device: string, receipt: ReceiptDelivery, signal: AbortSignal): Promise<ReceiptOutcome>;

  /**
   * The clock MUST have been looked at since `identify` was answered. PeerRefusal 'not-found': a camera that does not
   * know the question.
   */
  tellTime(device: string, claim: TimeClaim, signal: AbortSignal): Promise<TimeOutcome>;

  /** PeerRefusal 'not-found', here and in the next three: a camera that does not know the question. */
  condition(device: string, signal: AbortSignal): Promise<CameraCondition>;

  /** What the outcome says is durable on the camera. PeerRefusal 'bad-policy': it does not believe who signed it. */
  handPolicy(device: string, policy: ArchiveNote, signal: AbortSignal): Promise<CareOutcome>;

  /**
   * A checkpoint of the archive's custody log. What the outcome says is durable on the camera; of the same one twice, too.
   * PeerRefusal 'bad-anchor': it does not believe who signed it; 'archive-forked': its journal names another root of this
   * size; 'busy': too many came in one hour.
   */
  handAnchor(device: string, checkpoint: ArchiveNote, signal: AbortSignal): Promise<CareOutcome>;

  /**
   * An assignment that this dock signed. What the outcome says is durable on the camera; of the same one twice, too. When it
   * rejects, nobody knows whether the camera took it; PeerRefusal other than 'internal': it did not.
   */
  handOver(device: string, assignment: DockNote, signal: AbortSignal): Promise<CareOutcome>;

  /** No line is open when it returns. */
  close(): void;
}
