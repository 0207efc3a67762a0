import { concat, dataView, fromBase64, fromUtf8, toBase64, toUtf8 } from '../encoding/bytes.ts';
import { sha256 } from '../crypto/sha256.ts';
import { ed25519Verifier, type SignatureVerifier, type Signer } from '../crypto/ed25519.ts';
import { ProtocolError } from '../errors.ts';

/** c2sp.org/signed-note, "Signature types": the two that are used here. */
export const SIGNATURE_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = keyof typeof SIGNATURE_TYPES;
const MAX_NOTE_BYTES = 64 * 1024;
const MAX_SIGNATURES = 64;

export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of the signature blob, big-endian. Short on purpose: not an identity. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

export interface Note {
  /** The signed text, with its final newline. Means nothing until a trusted key's signature was checked. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key under the name it signs by. Two keys with one name are two keys. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  sign(text: Uint8Array): Uint8Array;
}

/** c2sp.org/signed-note: SHA-256(name || 0x0A || type || key), the first four bytes. */
export function noteKeyId(name: string, type: SignatureType, publicKey: Uint8Array): number {
  return dataView(sha256(toUtf8(name), Uint8Array.of(0x0a, SIGNATURE_TYPES[type]), publicKey)).getUint32(0);
}

export function noteSigner(name: string, signer: Signer): NoteSigner {
  requireKeyName(name);
  return { name, keyId: noteKeyId(name, 'ed25519', signer.publicKey), sign: (text) => signer.sign(text) };
}

/** `verifier` may be the second implementation (`tweetnaclVerifier`). */
export function noteVerifier(name: string, key: Uint8Array | SignatureVerifier): NoteVerifier {
  requireKeyName(name);
  const verifier = key instanceof Uint8Array ? ed25519Verifier(key) : key;
  return {
    name,
    keyId: noteKeyId(name, 'ed25519', verifier.publicKey),
    verify: (text, signature) => verifier.verify(text, signature),
  };
}

/** Signs `text`, which ends in a newline, and gives the whole note. */
export function signNote(text: string, ...signers: readonly NoteSigner[]): string {
  return `${text}\n${signers.map((signer) => signatureLine(text, signer)).join('')}`;
}

/** One signature of a note's text, as it stands under the note, with its newline. */
export function signatureLine(text: string, signer: NoteSigner): string {
  requireNoteText(text);
  const id = new Uint8Array(4);
  dataView(id).setUint32(0, signer.keyId);
  return `— ${signer.name} ${toBase64(concat([id, signer.sign(toUtf8(text))]))}\n`;
}

/** Takes a note apart. Checks its form and nothing else: `code` 'bad-note'. */
export function parseNote(input: Uint8Array | string): Note {
  const bytes = typeof input === 'string' ? toUtf8(input) : input;
  if (bytes.length > MAX_NOTE_BYTES) throw badNote(`larger than ${MAX_NOTE_BYTES} bytes`);
  const note = fromUtf8(bytes);
  requireNoControls(note);
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw badNote('no blank line before the signatures');
  const text = note.slice(0, split + 1);
  requireNoteText(text);
  const rest = note.slice(split + 2);
  if (!rest.endsWith('\n')) throw badNote('the last line is cut');
  const lines = rest.slice(0, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw badNote(`more than ${MAX_SIGNATURES} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

/**
 * The text of a note that at least one of `trusted` has signed.
 *
 * Signatures of unknown keys are ignored; a bad signature of a known key refuses the whole note
 * (c2sp.org/signed-note, "Signatures"). `code`: 'bad-note', 'bad-signature', 'unknown-key'.
 */
export function openNote(
  input: Uint8Array | string,
  trusted: readonly NoteVerifier[],
): { text: string; signers: NoteVerifier[] } {
  const note = parseNote(input);
  const signers = verifiedSignatures(note, trusted).map(({ verifier }) => verifier);
  if (signers.length === 0) {
    const names = note.signatures.map((signature) => signature.name).join(', ');
    throw new ProtocolError('unknown-key', `none of the keys that signed is trusted here: ${names}`);
  }
  return { text: note.text, signers };
}

/** The signatures of keys that are known; there may be none. `code` 'bad-signature' if one of them does not fit. */
export function verifiedSignatures<V extends NoteVerifier>(
  note: Note,
  known: readonly V[],
): { verifier: V; signature: Uint8Array }[] {
  const text = toUtf8(note.text);
  return note.signatures.flatMap(({ name, keyId, signature }) => {
    const verifier = known.find((key) => key.name === name && key.keyId === keyId);
    if (verifier === undefined) return [];
    if (!verifier.verify(text, signature))
      throw new ProtocolError('bad-signature', `the signature of ${name} does not fit the text`);
    return [{ verifier, signature }];
  });
}

function parseSignature(line: string): NoteSignature {
  const match = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line);
  const [, name, encoded] = match ?? [];
  if (name === undefined || encoded === undefined) throw badNote('a signature line is malformed');
  requireKeyName(name);
  const blob = fromBase64(encoded);
  if (blob.length < 5) throw badNote('a signature is too short');
  return { name, keyId: dataView(blob).getUint32(0), signature: blob.slice(4) };
}

export function requireKeyName(name: string): void {
  if (name === '' || /[\s+\p{White_Space}]/u.test(name))
    throw badNote(`not a key name: ${JSON.stringify(name)}`);
}

/** c2sp.org/signed-note: none but the newline, in text and signatures alike. */
function requireNoControls(note: string): void {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw badNote('it holds a control character');
}

function requireNoteText(text: string): void {
  if (!text.endsWith('\n')) throw badNote('the text does not end in a newline');
  requireNoControls(text);
}

function badNote(why: string): ProtocolError {
  return new ProtocolError('bad-note', `not a signed note: ${why}`);
}
