import { toHex } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** One value of the distinguished encoding (X.690 section 10). */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With its tag and length: what a signature is over. */
  readonly whole: Uint8Array;
}

export interface Extension {
  readonly critical: boolean;
  /** What the OCTET STRING holds: DER again. */
  readonly value: Uint8Array;
}

export const DER = { boolean: 0x01, integer: 0x02, bitString: 0x03, octets: 0x04, oid: 0x06, sequence: 0x30 };
/** RFC 5280 section 4.1: `extensions [3] EXPLICIT`. */
const EXTENSIONS_TAG = 0xa3;
const MAX_LENGTH_BYTES = 3;

/**
 * The values that fill `bytes` exactly. Stricter than OpenSSL: one-byte tags, definite lengths in their shortest
 * form; what could be read in two ways is refused. `code` 'bad-certificate'.
 */
export function derValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const { from, length } = lengthAt(bytes, at + 1);
    if ((tag & 0x1f) === 0x1f || length > bytes.length - from) throw bad('a value is cut or of no known tag');
    const end = from + length;
    values.push({ tag, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return values;
}

/** What is in the one value that `bytes` are. */
export function derContent(bytes: Uint8Array, tag: number): Uint8Array {
  const [value, ...more] = derValues(bytes);
  if (value?.tag !== tag || more.length > 0) throw bad(`not one value of tag ${tag}`);
  return value.content;
}

/** The extensions of a certificate (RFC 5280 section 4.2), by the hexadecimal of the content of their OID. */
export function certificateExtensions(certificate: Uint8Array): ReadonlyMap<string, Extension> {
  const [signed] = derValues(derContent(certificate, DER.sequence));
  if (signed?.tag !== DER.sequence) throw bad('there is no certificate in it');
  const field = derValues(signed.content).find(({ tag }) => tag === EXTENSIONS_TAG);
  return field === undefined ? new Map() : derExtensions(field.content);
}

/** What one SEQUENCE OF Extension says, by the hexadecimal of the content of each OID. */
export function derExtensions(sequence: Uint8Array): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>();
  for (const { tag, content } of derValues(derContent(sequence, DER.sequence))) {
    const [oid, ...rest] = derValues(content);
    const flag = rest[0]?.tag === DER.boolean ? rest.shift() : undefined;
    const [value] = rest;
    if (tag !== DER.sequence || oid?.tag !== DER.oid || value?.tag !== DER.octets || rest.length !== 1)
      throw bad('an extension is malformed');
    // FALSE is the default and never written; TRUE is 0xff (X.690 sections 11.1 and 11.5).
    if (flag !== undefined && toHex(flag.content) !== 'ff') throw bad('an extension is malformed');
    const name = toHex(oid.content);
    if (found.has(name)) throw bad(`extension ${name} stands in it twice`);
    found.set(name, { critical: flag !== undefined, value: value.content });
  }
  return found;
}

function lengthAt(bytes: Uint8Array, at: number): { from: number; length: number } {
  const first = bytes[at] ?? 0x80;
  if (first < 0x80) return { from: at + 1, length: first };
  const from = at + 1 + (first & 0x7f);
  const length = bytes.subarray(at + 1, from).reduce((value, byte) => value * 256 + byte, 0);
  const shortest = Math.max(0x80, 256 ** (from - at - 2));
  if (from > bytes.length || from - at - 1 > MAX_LENGTH_BYTES || length < shortest)
    throw bad('a length is not in its shortest form');
  return { from, length };
}

function bad(why: string): ProtocolError {
  return new ProtocolError('bad-certificate', `certificate refused: its DER is not strict: ${why}`);
}
