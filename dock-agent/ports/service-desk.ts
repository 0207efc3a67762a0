/** What a technician who has signed in sees and does at the dock. Never footage, never a key. */
export interface ServiceDesk {
  /** The newest last. */
  log(): readonly LogLine[];

  /** Lets go of the camera in this bay and begins anew with it, at once. False: no such bay, or it is off. */
  retry(bay: number): boolean;

  /**
   * Off: whatever is in the bay is let go of and left alone. It MUST still be off after a restart once this has returned.
   * False: no such bay. RuntimeError 'storage-failed': it is switched, and would not be after a restart.
   */
  switchBay(bay: number, on: boolean): boolean;
}

export interface LogLine {
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** The other fields, as JSON. */
  readonly fields: string;
}
