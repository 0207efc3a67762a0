/** Makes PINs expensive to guess for whoever has the dock's disk. */
export interface PinHash {
  /** Random. */
  freshSalt(): Uint8Array;
  hash(pin: string, salt: Uint8Array): Promise<Uint8Array>;
  /** In the same time wherever they differ. */
  equal(one: Uint8Array, other: Uint8Array): boolean;
}
