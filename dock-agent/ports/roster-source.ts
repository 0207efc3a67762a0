import type { Roster } from '@mingjing/protocol';

/** Who may take a camera, as the agency signed it. */
export interface RosterSource {
  /** undefined: there is none that holds. Never rejects. One that does not hold leaves the one before in force. */
  current(): Promise<Roster | undefined>;
}
