import type { HandOver, Holder } from '../core/issue-model.ts';
import type { PinRecord } from '../core/pins.ts';

/** PINs and the ledger of one dock. Whatever a call has returned for survives a power cut. */
export interface IssueStore {
  pin(officer: string): PinRecord | undefined;
  keepPin(officer: string, record: PinRecord): void;

  /** Appends; a line is never changed but by `settle`, once, nor removed. */
  record(line: HandOver): void;
  settle(id: string, outcome: 'done' | 'refused'): void;
  /** Oldest first. */
  asked(camera: string): readonly HandOver[];
  /** By the latest line that is done or seen. */
  holder(camera: string): Holder | undefined;
  /** Cameras whose holder this officer is. */
  heldBy(officer: string): readonly string[];

  /** The highest version of a roster that was ever taken; 0: none. */
  rosterVersion(): number;
  keepRosterVersion(version: number): void;
  close(): void;
}
