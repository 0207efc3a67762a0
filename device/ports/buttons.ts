/** The buttons on the case. */
export const BUTTON_NAMES = ['record', 'audio', 'photo', 'mark', 'power'] as const;
export type ButtonName = (typeof BUTTON_NAMES)[number];

/** A line changed. Raw: contacts bounce, and what it means is decided in core/gestures.ts. */
export interface ButtonEdge {
  readonly button: ButtonName;
  readonly down: boolean;
  /** Milliseconds of the camera's monotonic clock. */
  readonly mono: number;
}

/** MUST give edges in order. A source that dies is opened again by itself, and says so in its health. */
export interface Buttons {
  /** Once. */
  listen(listener: (edge: ButtonEdge) => void): void;
  /** Why no button can be heard at this moment, if so. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}
