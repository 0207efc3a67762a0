export interface PowerState {
  /** Of the battery, 0 to 100; undefined when there is none. */
  readonly percent?: number;
  /** Whether the battery is being filled. */
  readonly charging: boolean;
  /** Whether there is power from outside. */
  readonly external: boolean;
}

export interface Power {
  /** As it is now; undefined when it cannot be read. Never rejects. */
  read(): Promise<PowerState | undefined>;
}
