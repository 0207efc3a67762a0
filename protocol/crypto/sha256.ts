import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;

export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** 32 bytes; the object is spent. */
  digest(): Uint8Array;
}

/** SHA-256 (FIPS 180-4) over pieces. */
export function sha256Stream(): Sha256 {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => new Uint8Array(hash.digest()),
  };
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
