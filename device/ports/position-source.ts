import type { Position } from '@mingjing/protocol';

export interface PositionSource {
  /** The latest fix with its age now. Undefined when there is none, or it is too old to mean anything. */
  latest(): Position | undefined;
  close(): Promise<void>;
}
