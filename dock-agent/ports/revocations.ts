import type { IssuedAs } from '@mingjing/protocol';

/** Which certificates the agency took back, as far as this dock has heard. */
export interface Revocations {
  /**
   * Never fails: what cannot be read or does not hold is an alarm, and the last list that held goes on. A list past its
   * time says still who was revoked.
   */
  revoked(certificate: IssuedAs): boolean;
}
