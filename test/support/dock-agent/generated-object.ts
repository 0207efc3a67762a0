import { createHash, randomBytes } from 'node:crypto';
import type { StoredObject } from '../../../dock-agent/simulated/camera/simulated-camera.ts';

const PIECE = 64 * 1024;

/** A large object that is never in memory: one random piece, over and over. */
export function generatedObject(size: number): { object: string; stored: StoredObject } {
  const piece = randomBytes(PIECE);
  function* pieces(): Generator<Uint8Array> {
    for (let left = size; left > 0; left -= PIECE) yield piece.subarray(0, Math.min(PIECE, left));
  }
  async function* open(): AsyncGenerator<Uint8Array> {
    for (const one of pieces()) yield await Promise.resolve(one);
  }
  const hash = createHash('sha256');
  for (const one of pieces()) hash.update(one);
  return { object: hash.digest('hex'), stored: { size, open } };
}
