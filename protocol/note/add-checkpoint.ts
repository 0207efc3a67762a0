import { fromBase64, fromDecimal, fromUtf8, toBase64 } from '../encoding/bytes.ts';
import { HASH_BYTES } from '../crypto/sha256.ts';
import { ProtocolError } from '../errors.ts';

/** c2sp.org/tlog-witness: a client sends no more. */
const MAX_PROOF_LINES = 63;
/** The longest proof before the largest note. */
export const MAX_ADD_CHECKPOINT_BYTES = 72 * 1024;

/** The body of a witness's `add-checkpoint` (c2sp.org/tlog-witness): that a log has grown from one size to another. */
export interface AddCheckpoint {
  readonly old: number;
  /** RFC 6962 section 2.1.2, from `old` to the checkpoint's size. */
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
}

export function formatAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return `old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** Reads the form of a body, and verifies nothing. `code` 'bad-proof'. */
export function parseAddCheckpoint(input: Uint8Array | string): AddCheckpoint {
  if (input.length > MAX_ADD_CHECKPOINT_BYTES) throw refused('it is too large');
  try {
    const text = typeof input === 'string' ? input : fromUtf8(input);
    const split = text.indexOf('\n\n');
    if (split < 0) throw refused('no blank line before the checkpoint');
    const [old, ...lines] = text.slice(0, split).split('\n');
    if (old?.startsWith('old ') !== true) throw refused('no line with the old size');
    if (lines.length > MAX_PROOF_LINES) throw refused(`more than ${MAX_PROOF_LINES} hashes`);
    const proof = lines.map(fromBase64);
    if (proof.some((hash) => hash.length !== HASH_BYTES)) throw refused(`a hash has ${HASH_BYTES} bytes`);
    return { old: fromDecimal(old.slice(4)), proof, checkpoint: text.slice(split + 2) };
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'bad-proof') throw error;
    throw refused(error instanceof Error ? error.message : 'unreadable', error);
  }
}

function refused(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-proof', `not a witness's request: ${why}`, { cause });
}
