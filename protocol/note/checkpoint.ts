import { fromBase64, fromDecimal, toBase64 } from '../encoding/bytes.ts';
import { HASH_BYTES } from '../crypto/sha256.ts';
import { ProtocolError } from '../errors.ts';
import { openNote, parseNote, signNote, type NoteSigner, type NoteVerifier } from './signed-note.ts';

/** c2sp.org/tlog-checkpoint: a log's tree head at one size. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array;
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

export function signCheckpoint(checkpoint: Checkpoint, ...signers: readonly NoteSigner[]): string {
  return signNote(formatCheckpoint(checkpoint), ...signers);
}

/** Reads a checkpoint's text. Extension lines are refused: no log of ours writes them. `code` 'bad-checkpoint'. */
export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, size, root] = lines;
  if (lines.length !== 4 || lines[3] !== '' || !origin || size === undefined || root === undefined) {
    throw new ProtocolError('bad-checkpoint', 'a checkpoint has three lines: origin, size, root');
  }
  try {
    const hash = fromBase64(root);
    if (hash.length !== HASH_BYTES) throw new ProtocolError('bad-encoding', 'the root has not 32 bytes');
    return { origin, size: fromDecimal(size), root: hash };
  } catch (cause) {
    throw new ProtocolError('bad-checkpoint', `size or root of the checkpoint of ${origin} cannot be read`, {
      cause,
    });
  }
}

/**
 * A checkpoint signed by a trusted key, for the expected log.
 * `code`: 'bad-note', 'bad-checkpoint', 'bad-signature', 'unknown-key'.
 */
export function openCheckpoint(
  note: Uint8Array | string,
  origin: string,
  trusted: readonly NoteVerifier[],
): Checkpoint {
  const checkpoint = parseCheckpointText(openNote(note, trusted).text);
  if (checkpoint.origin !== origin) {
    throw new ProtocolError('bad-checkpoint', `the checkpoint is of ${checkpoint.origin}, not of ${origin}`);
  }
  return checkpoint;
}

/** What a checkpoint claims, before any signature was checked. */
export function peekCheckpoint(note: Uint8Array | string): Checkpoint {
  return parseCheckpointText(parseNote(note).text);
}
