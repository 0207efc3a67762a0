import { sha256Stream } from '../crypto/sha256.ts';
import { toHex } from '../encoding/bytes.ts';
import { TransferFailure } from './failures.ts';

/**
 * Lets an object through as it comes and checks it blind: its name is the SHA-256 of its bytes. The last piece is held
 * back until the whole is known to be right, so that whoever takes in a body of the announced length never gets a whole
 * wrong one. Of a piece it keeps a copy, if any: a source may use its memory again. `code`: 'object-altered',
 * 'object-cut', 'object-too-long'.
 */
export async function* blindCheck(
  bytes: AsyncIterable<Uint8Array>,
  object: string,
  size: number,
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = sha256Stream();
  let length = 0;
  let last: Uint8Array | undefined;
  for await (const piece of bytes) {
    if (piece.length === 0) continue;
    length += piece.length;
    if (length > size)
      throw new TransferFailure('object-too-long', `object ${object}: more than its ${size} bytes`);
    hash.update(piece);
    onBytes(piece.length);
    if (length === size) last = new Uint8Array(piece);
    else yield piece;
  }
  if (length < size)
    throw new TransferFailure('object-cut', `object ${object}: ${length} of its ${size} bytes`);
  if (toHex(hash.digest()) !== object)
    throw new TransferFailure('object-altered', `object ${object}: these ${size} bytes are not it`);
  if (last !== undefined) yield last;
}

/**
 * The rest of an object behind `from` bytes, of which nobody here has the beginning: its length is checked, the hash
 * cannot be. Who has the beginning MUST hash the whole. `code`: 'object-cut', 'object-too-long'.
 */
export async function* restCheck(
  bytes: AsyncIterable<Uint8Array>,
  object: string,
  { size, from }: { readonly size: number; readonly from: number },
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let length = from;
  let last: Uint8Array | undefined;
  for await (const piece of bytes) {
    if (piece.length === 0) continue;
    length += piece.length;
    if (length > size)
      throw new TransferFailure('object-too-long', `object ${object}: more than its ${size} bytes`);
    onBytes(piece.length);
    if (length === size) last = new Uint8Array(piece);
    else yield piece;
  }
  if (length < size)
    throw new TransferFailure('object-cut', `object ${object}: ${length} of its ${size} bytes`);
  if (last !== undefined) yield last;
}
