/** Who carries the camera. */
export interface Officer {
  readonly number: string;
  readonly name?: string;
  readonly certificate?: string;
  /** Absent: nobody but the officer handed it over. */
  readonly by?: HandedBy;
}

/** The dock that handed the camera over, and SHA-256 of the assignment it signed, hexadecimal. */
export interface HandedBy {
  readonly dock: string;
  readonly assignment: string;
}
