import type { TreeState } from './catalogue.ts';

export interface CustodyState extends TreeState {
  /** The archive's signed checkpoint over `size` entries; absent while the log is empty. */
  readonly note?: string;
}

/** One witness's word on the checkpoint of one size. */
export interface KeptCosignature {
  readonly size: number;
  readonly name: string;
  readonly keyId: number;
  /** The signature line, verbatim, with its newline. */
  readonly line: string;
  /** The witness's certificate and its issuers, PEM. */
  readonly evidence: readonly string[];
}

/**
 * Where the custody log is kept: exact bytes, in order, never changed. Several processes may append to one store (the
 * archive, and commands run beside it).
 */
export interface CustodyStore {
  state(): Promise<CustodyState>;
  /** What was kept at the largest size that is not above `size`. */
  stateAtMost(size: number): Promise<CustodyState>;
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
  /** One for each size and key: the newest. Durable as an append is. */
  keepCosignature(kept: KeptCosignature): Promise<void>;
  /** Of the checkpoint of `size`, by name. */
  cosignatures(size: number): Promise<readonly KeptCosignature[]>;
  close(): void;
}
