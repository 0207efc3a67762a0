/** Restarts the machine, or the process, when nobody pets it in time. Nothing here blocks or throws. */
export interface Watchdog {
  /** The program has started, well or ill: whoever waits for it may go on. Once. */
  ready(): void;
  /** MUST be called from the main loop itself, at least once a second: it is the loop's life that is proved. */
  pet(): void;
  /** In a few words, for whoever asks after the service. As often as one likes. */
  status(words: string): void;
  /** An orderly end: it bites no more. */
  close(): Promise<void>;
}
