import type { Offer, OfficerName, PreUseCheck } from '../core/issue-model.ts';

export type { Offer, OfficerName, PreUseCheck };

/** 领用 and 归还: an officer takes a camera at the dock and brings it back. What a kiosk needs of it (D-7, F-11, R-14). */
export interface IssueDesk {
  /**
   * Who stands there: number, or what a card reader types, and PIN. A PIN is set at first use: `pin-not-set` asks for
   * {@link setPin}. Wrong PINs are counted by the desk and survive a restart; `locked` says until when.
   */
  signIn(number: string, pin: string): Promise<SignedIn | IssueRefusal>;

  /** At first use alone. Four to twelve digits; `pin-too-simple` for a run or one digit repeated. */
  setPin(number: string, pin: string): Promise<SignedIn | IssueRefusal>;

  /** Cameras in this dock that this officer may take now, the best first, each with its pre-use check. */
  offers(session: string): Promise<readonly Offer[] | IssueRefusal>;

  /**
   * Resolves when the camera has journaled `officer-assigned` for the assignment that this dock signed; then the
   * officer may pull it out. Refused in words otherwise, and the camera is as before.
   */
  take(session: string, device: string): Promise<Issued | IssueRefusal>;

  /** What the officer holds, or the camera in bay says it is held by; journaled by the camera as `officer-returned`. */
  giveBack(session: string, device: string): Promise<Returned | IssueRefusal>;

  /** Ends a session; sessions also end by themselves a minute after the last call. */
  signOut(session: string): void;
}

export interface SignedIn {
  readonly ok: true;
  /** Unguessable; held in memory alone. */
  readonly session: string;
  readonly officer: OfficerName;
  /** Cameras out with this officer, by the ledger. */
  readonly holds: readonly string[];
}

export interface Issued {
  readonly ok: true;
  readonly device: string;
  readonly bay: number;
  readonly check: PreUseCheck;
}

export interface Returned {
  readonly ok: true;
  readonly device: string;
}

export interface IssueRefusal {
  readonly ok: false;
  readonly code: IssueRefusalCode;
  /** RFC 3339; with `locked`. */
  readonly until?: string;
}

export type IssueRefusalCode =
  | 'no-roster'
  | 'unknown-officer'
  | 'certificate-expired'
  | 'pin-not-set'
  | 'pin-already-set'
  | 'pin-too-simple'
  | 'wrong-pin'
  | 'locked'
  | 'session-ended'
  | 'camera-not-here'
  | 'camera-not-ready'
  | 'camera-taken'
  | 'camera-refused'
  | 'camera-unreachable'
  | 'not-held';
