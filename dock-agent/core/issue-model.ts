export interface OfficerName {
  readonly number: string;
  readonly name: string;
  readonly unit?: string;
  readonly certificate: string;
  /** RFC 3339 date. */
  readonly validUntil: string;
}

/** looked at before use. Each is good, or says in its code what is wrong. */
export interface PreUseCheck {
  readonly battery: 'good' | 'low' | 'unknown';
  readonly storage: 'good' | 'low' | 'not-empty';
  readonly clock: 'good' | 'doubtful';
  readonly batteryPercent?: number;
  readonly freeBytes?: number;
}

export interface Offer {
  readonly device: string;
  readonly bay: number;
  readonly check: PreUseCheck;
  /** Every part of the check is good and the camera is ready. */
  readonly recommended: boolean;
}

/** A line of the ledger: who had which camera when. */
export interface HandOver {
  /** 32 hexadecimal digits: of the assignment, if this dock signed one. */
  readonly id: string;
  /** RFC 3339, by the dock's clock. */
  readonly at: string;
  readonly kind: 'taken' | 'returned';
  readonly camera: string;
  readonly bay: number;
  readonly officer: string;
  readonly name: string | undefined;
  readonly certificate: string | undefined;
  /** SHA-256 of the signed assignment, as the camera's journal names it, and the note itself. undefined: not signed here. */
  readonly assignment: string | undefined;
  readonly note: string | undefined;
  /**
   * `asked`: nobody knows yet whether the camera took it. `seen`: done elsewhere; the camera said so when it was docked, so
   * `at` is when it was seen.
   */
  readonly outcome: 'asked' | 'done' | 'refused' | 'seen';
}

export interface Holder {
  readonly number: string;
  readonly name: string | undefined;
}
