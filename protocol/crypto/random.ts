import { randomBytes as nodeRandomBytes } from 'node:crypto';

/** Bytes from the operating system's CSPRNG. */
export function randomBytes(count: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(count));
}
