import type {
  DeviceIdentity,
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
