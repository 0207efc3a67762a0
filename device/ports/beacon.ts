/** Tells a network that this camera may be asked. What it says is public, and nobody has to believe it. Never fails. */
export interface Beacon {
  up(port: number): void;
  /** Resolves when it has said goodbye, or nobody could hear it. */
  down(): Promise<void>;
}
