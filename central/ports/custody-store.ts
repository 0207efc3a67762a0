import type { TreeState } from './catalogue.ts';

export interface CustodyState extends TreeState {
  /** The archive's signed checkpoint over `size` entries; absent while the log is empty. */
  readonly note?: string;
}

/**
 * Where the custody log is kept: exact bytes, in order, never changed. Several processes may append to one store (the
 * archive, and commands run beside it).
 */
export interface CustodyStore {
  state(): Promise<CustodyState>;
  /** Exact bytes of entries `[from, to)`, in order; fewer if the log is shorter. */
  entries(from: number, to: number): Promise<readonly Uint8Array[]>;
  /**
   * Appends, and keeps `next`, in one transaction that MUST survive a power cut at any instant after the promise
   * resolves. 'conflict', and nothing is written, if the log has not `expected` entries any more.
   */
  append(
    expected: number,
    entries: readonly Uint8Array[],
    next: CustodyState,
  ): Promise<'appended' | 'conflict'>;
  close(): void;
}
