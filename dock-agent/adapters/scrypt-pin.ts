import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { PinHash } from '../ports/pin-hash.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** RFC 7914; 32 MiB and about a tenth of a second on a dock. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

export const scryptPin: PinHash = {
  freshSalt: () => randomBytes(SALT_BYTES),
  hash: (pin, salt) =>
    new Promise((resolve, reject) => {
      scrypt(pin, salt, KEY_BYTES, COST, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    }),
  equal: (one, other) => one.length === other.length && timingSafeEqual(one, other),
};
