import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { RuntimeError } from '@mingjing/runtime';

export const MIN_PASSPHRASE = 12;
export const MAX_PASSPHRASE = 256;

interface Hashed {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** RFC 7914; 32 MiB a try. */
const COST = { logN: 15, r: 8, p: 1 };
const HASH_BYTES = 32;
const LINE = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/;

/** As it stands in the technician's file: `$scrypt$ln=15,r=8,p=1$salt$hash`, base64 without padding. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(passphrase, { ...COST, salt, hash: Buffer.alloc(HASH_BYTES) });
  const [saltText, hashText] = [salt, hash].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return `$scrypt$ln=${COST.logN},r=${COST.r},p=${COST.p}$${saltText ?? ''}$${hashText ?? ''}`;
}

/** RuntimeError 'bad-config': there is none, others may read it, or it is no hash of ours. */
export function readPassphraseFile(path: string): Hashed {
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new RuntimeError('bad-config', `${path} can be read by others: chmod 600`);
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new RuntimeError('bad-config', `${path} cannot be read`, { cause });
  }
  const [, ln, r, p, salt = '', hash = ''] = LINE.exec(text) ?? [];
  const parameters = { logN: Number(ln), r: Number(r), p: Number(p) };
  const sane = parameters.logN >= 14 && parameters.logN <= 17 && parameters.r === 8 && parameters.p === 1;
  if (!sane) throw new RuntimeError('bad-config', `${path} holds no scrypt hash of ours`);
  return { ...parameters, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

export async function isPassphrase(passphrase: string, hashed: Hashed): Promise<boolean> {
  return timingSafeEqual(await derive(passphrase, hashed), hashed.hash);
}

function derive(passphrase: string, { logN, r, p, salt }: Hashed): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 160 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
