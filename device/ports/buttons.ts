import type { ButtonEdge } from '../core/gestures.ts';

export { BUTTON_NAMES, type ButtonEdge, type ButtonName } from '../core/gestures.ts';

/**
 * What it means that a line changed is decided in core/gestures.ts.
 *
 * MUST give edges in order. A source that dies is opened again by itself, calls `unheard` because what was pressed
 * meanwhile nobody knows, and says so in `trouble` for as long as it lasts.
 */
export interface Buttons {
  /** Once. */
  listen(listener: (edge: ButtonEdge) => void, unheard?: () => void): void;
  /** Why no button can be heard at this moment, if so. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}
