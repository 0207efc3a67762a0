import { fromBase64, fromDecimal, fromUtf8, toBase64 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { MAX_PROOF_HASHES } from '../merkle/proofs.ts';

const VERSION = 'c2sp.org/tlog-proof@v1';

/** c2sp.org/tlog-proof: that an entry stands at an index below a checkpoint. */
export interface TlogProof {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The checkpoint, verbatim. */
  readonly checkpoint: string;
}

export function formatTlogProof({ index, proof, checkpoint }: TlogProof): string {
  return `${VERSION}\nindex ${index}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** Reads a proof's form; verifies nothing. `extra` data is refused: we write none. `code` 'bad-proof'. */
export function parseTlogProof(input: Uint8Array | string): TlogProof {
  try {
    const text = typeof input === 'string' ? input : fromUtf8(input);
    const split = text.indexOf('\n\n');
    if (split < 0) throw new ProtocolError('bad-encoding', 'no blank line before the checkpoint');
    const [version, index, ...hashes] = text.slice(0, split).split('\n');
    if (version !== VERSION) throw new ProtocolError('bad-encoding', `not ${VERSION}`);
    if (index?.startsWith('index ') !== true) throw new ProtocolError('bad-encoding', 'no index line');
    if (hashes.length > MAX_PROOF_HASHES) throw new ProtocolError('bad-encoding', 'too many hashes');
    return {
      index: fromDecimal(index.slice(6)),
      proof: hashes.map(fromBase64),
      checkpoint: text.slice(split + 2),
    };
  } catch (cause) {
    throw new ProtocolError(
      'bad-proof',
      `not a tlog-proof: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      {
        cause,
      },
    );
  }
}
