import type { HeldCheckpoint } from '../core/witness.ts';

/**
 * The memory of a witness. It only moves forward: of no log it ever forgets a larger size for a smaller one, nor a root
 * for another of the same size. Without it the witness's key MUST NOT sign.
 */
export interface WitnessState {
  /** By origin. */
  all(): ReadonlyMap<string, HeldCheckpoint>;
  /**
   * Puts `next` in the place of what is held, if that has still `oldSize` entries (0: nothing is held) and the same
   * root where the size is the same; false, and nothing is changed, otherwise. When true was returned it MUST survive a
   * power cut. Throws when it cannot be kept.
   */
  advance(origin: string, oldSize: number, next: HeldCheckpoint): boolean;
  /** Whether the log has the cosignature of what is held. */
  isDelivered(origin: string): boolean;
  delivered(origin: string, size: number): void;
  close(): void;
}

/** What shows that a log has two pasts. */
export interface ForkProof {
  /** The checkpoint that was cosigned. */
  readonly held: string;
  /** What the log brought forward later, verbatim. */
  readonly offered: string;
}

export interface ForkProofs {
  /** Durable when it returns; gives where people find it. The same proof is kept once. */
  keep(proof: ForkProof): string;
}
