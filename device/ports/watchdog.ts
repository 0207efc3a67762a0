/** Restarts the machine, or the process, when nobody pets it in time. Never throws. */
export interface Watchdog {
  pet(): void;
  /** An orderly end: it bites no more. */
  close(): Promise<void>;
}
