import { concat, fromBase64, toBase64, toHex } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { noteKeyId, requireKeyName, SIGNATURE_TYPES, type SignatureType } from './signed-note.ts';

const KEY_BYTES = 32;
const MAX_CHARACTERS = 1024;
const FORM = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;

/** c2sp.org/signed-note, "vkey": name, key ID and key in one word, as witnesses and logs are configured with it. */
export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  readonly publicKey: Uint8Array;
}

export function formatVerifierKey({ name, type, publicKey }: VerifierKey): string {
  requireKeyName(name);
  const id = hexId(noteKeyId(name, type, publicKey));
  return `${name}+${id}+${toBase64(concat([Uint8Array.of(SIGNATURE_TYPES[type]), publicKey]))}`;
}

/** `code` 'unknown-key': not a key of a type known here, or its ID is not its own. */
export function parseVerifierKey(text: string): VerifierKey {
  // base64 has a `+` of its own, a name has none.
  const [, name, id, encoded] = text.length > MAX_CHARACTERS ? [] : (FORM.exec(text) ?? []);
  if (name === undefined || id === undefined || encoded === undefined)
    throw refused('it is not name, key ID and key');
  const { type, publicKey } = readKey(encoded);
  requireKeyName(name);
  if (id !== hexId(noteKeyId(name, type, publicKey))) throw refused('the key ID is not that of name and key');
  return { name, type, publicKey };
}

function readKey(encoded: string): { type: SignatureType; publicKey: Uint8Array } {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch (cause) {
    throw refused('the key is not base64', cause);
  }
  const type = (Object.keys(SIGNATURE_TYPES) as SignatureType[]).find(
    (one) => SIGNATURE_TYPES[one] === bytes[0],
  );
  if (type === undefined || bytes.length !== 1 + KEY_BYTES) throw refused('the key is of no type known here');
  return { type, publicKey: bytes.slice(1) };
}

function hexId(id: number): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, id);
  return toHex(bytes);
}

function refused(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('unknown-key', `not a verifier key: ${why}`, { cause });
}
