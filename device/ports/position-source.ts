import type { Position } from '@mingjing/protocol';
import type { TimeListener } from './time-source.ts';

/** How a receiver fares. What it says of itself: to show and to diagnose, never to decide by. */
export interface ReceiverHealth {
  /**
   * - `none`: no receiver is meant to be there.
   * - `no-line`: the line to it cannot be opened, or was lost.
   * - `silent`: the line is open, and nothing that makes sense has come for five seconds.
   * - `searching`: it speaks, and has no fix of the last five seconds.
   * - `fix`
   */
  readonly state: 'none' | 'no-line' | 'silent' | 'searching' | 'fix';
  readonly fix?: '2D' | '3D';
  readonly satellitesUsed?: number;
  readonly satellitesInView?: number;
  /** Horizontal dilution of precision. */
  readonly hdop?: number;
  /** Milliseconds from the opening of the source to its first fix; absent while there was none. */
  readonly timeToFirstFix?: number;
  /** Sentences or reports since the opening of the source: understood, and not (checksum, schema, length). */
  readonly sentences: { readonly good: number; readonly bad: number };
}

/** Where the camera is, and with it what time it is. A lost line is tried again by the source itself, for ever. */
export interface PositionSource {
  /** The latest fix with its age now. Undefined when there is none, or it is too old to mean anything. */
  latest(): Position | undefined;
  health(): ReceiverHealth;
  /**
   * Once. Only readings that an active fix stands behind, at most one a second; they are not checked for sense.
   * Never called in the same turn as `onTime` itself.
   */
  onTime(listener: TimeListener): void;
  close(): Promise<void>;
}
