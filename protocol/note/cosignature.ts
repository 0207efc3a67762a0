import { concat, dataView, equalBytes, toUtf8 } from '../encoding/bytes.ts';
import { ed25519Verifier, type Signer } from '../crypto/ed25519.ts';
import {
  noteKeyId,
  parseNote,
  requireKeyName,
  verifiedSignatures,
  type NoteSigner,
  type NoteVerifier,
} from './signed-note.ts';

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** c2sp.org/tlog-cosignature: a timestamp does not exceed 2^63 - 1. */
const MAX_TIME = 2n ** 63n - 1n;

/** A witness: the name does not stand in what is signed, so its key is its own and nobody else's. */
export interface WitnessVerifier extends NoteVerifier {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
}

/** That a witness saw a checkpoint, and at what time by its own clock. */
export interface Witnessed {
  readonly name: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** c2sp.org/tlog-cosignature, `cosignature/v1` with Ed25519: signs checkpoints as seen at `at`, seconds since 1970. */
export function cosigner(name: string, signer: Signer, at: number): NoteSigner {
  requireKeyName(name);
  if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`no time of a cosignature: ${at}`);
  const time = new Uint8Array(TIME_BYTES);
  dataView(time).setBigUint64(0, BigInt(at));
  return {
    name,
    keyId: noteKeyId(name, 'cosignature', signer.publicKey),
    sign: (text) => concat([time, signer.sign(message(BigInt(at), text))]),
  };
}

export function witnessVerifier(name: string, publicKey: Uint8Array): WitnessVerifier {
  requireKeyName(name);
  const verifier = ed25519Verifier(publicKey);
  return {
    name,
    publicKey,
    keyId: noteKeyId(name, 'cosignature', publicKey),
    verify: (text, signature) => {
      if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return false;
      const at = timeOf(signature);
      return at <= MAX_TIME && verifier.verify(message(at, text), signature.subarray(TIME_BYTES));
    },
  };
}

/**
 * Which of `witnesses` have cosigned a note, each once: two names with one key are one witness, and so are two keys
 * with one name. Of several times the latest counts. `code`: 'bad-note', 'bad-signature' if a known one does not fit.
 */
export function witnessesOf(
  note: Uint8Array | string,
  witnesses: readonly WitnessVerifier[],
): readonly Witnessed[] {
  const found: { verifier: WitnessVerifier; at: number }[] = [];
  for (const { verifier, signature } of verifiedSignatures(parseNote(note), witnesses)) {
    const at = Number(timeOf(signature));
    const before = found.find((one) => isSame(one.verifier, verifier));
    if (before === undefined) found.push({ verifier, at });
    else before.at = Math.max(before.at, at);
  }
  return found.map(({ verifier, at }) => ({ name: verifier.name, at }));
}

/** Whether at least `wanted` of `witnesses` have cosigned a note. The log's own signature is another question. */
export function hasQuorum(
  note: Uint8Array | string,
  witnesses: readonly WitnessVerifier[],
  wanted: number,
): boolean {
  return witnessesOf(note, witnesses).length >= wanted;
}

function isSame(a: WitnessVerifier, b: WitnessVerifier): boolean {
  return a.name === b.name || equalBytes(a.publicKey, b.publicKey);
}

function message(at: bigint, text: Uint8Array): Uint8Array {
  return concat([toUtf8(`cosignature/v1\ntime ${at}\n`), text]);
}

function timeOf(signature: Uint8Array): bigint {
  return dataView(signature).getBigUint64(0);
}
