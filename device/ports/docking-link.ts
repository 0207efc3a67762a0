import type {
  ArchiveNote,
  CameraCondition,
  CareOutcome,
  DeviceIdentity,
  DockNote,
  JournalPage,
  ReceiptDelivery,
  ReceiptOutcome,
  RefusalCode,
  TimeClaim,
  TimeOutcome,
} from '@mingjing/protocol';

/** What a dock is told, whoever carries the words. Everything a dock sends is hostile until checked. */
export interface DockingDesk {
  /** A docking begins: MUST be said before anything of it is asked. */
  docked(): void;
  identity(): DeviceIdentity;
  journal(epoch: number, from: number, limit: number): JournalPage | RefusalCode;
  object(object: string): Promise<HeldBytes | RefusalCode>;
  receipt(delivery: ReceiptDelivery): Promise<ReceiptOutcome | RefusalCode>;
  /** `lateMs`: how long ago, at most, the dock looked at its clock. */
  time(claim: TimeClaim, lateMs: number): TimeOutcome;
  readonly care: DockingCare;
}

/** Care of the camera: what a dock hands over, and what it is told. */
export interface DockingCare {
  /** A docking begins. */
  docked(): void;
  /** Resolves when what the outcome says is durable. `code` 'bad-policy': no archive of ours signed it. */
  policy(delivery: ArchiveNote): Promise<CareOutcome | RefusalCode>;
  /**
   * Hands the camera to an officer, or back. `line`: the dock in the TLS certificate. Resolves when what the outcome says is
   * durable. 'bad-assignment': that dock did not sign it, or it is for another camera; 'busy': too many in one minute.
   */
  assignment(delivery: DockNote, line: string): Promise<CareOutcome | RefusalCode>;
  /**
   * The archive's custody log as far as it has come. What the outcome says is durable. 'bad-anchor': no archive of ours signed
   * it; 'archive-forked': another root of the same size is in the journal; 'busy': too many in one hour.
   */
  anchor(delivery: ArchiveNote): CareOutcome | RefusalCode;
  condition(): CameraCondition;
}

export interface HeldBytes {
  readonly size: number;
  read(from: number, to: number): Promise<AsyncIterable<Uint8Array>>;
}

/** The line to the dock. There is none while the camera is not docked. */
export interface DockingLink {
  readonly port: number;
  readonly attached: boolean;
  /** Resolves when a dock can connect. */
  attach(): Promise<void>;
  /**
   * Every line is cut at once: unplugging waits for nobody. Resolves when, besides, nothing that a dock asked for
   * is still being dealt with: then nobody writes into the journal for a dock any more.
   */
  detach(): Promise<void>;
}
