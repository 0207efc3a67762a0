import { ProtocolError } from '../errors.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

export function toUtf8(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Decodes UTF-8 and refuses anything malformed; a byte-order mark is kept as the character it is. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (cause) {
    throw new ProtocolError('bad-encoding', 'the bytes are not valid UTF-8', { cause });
  }
}

export function toBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

/** RFC 4648 section 4, canonical form only: padded, no white space, no stray bits. */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw new ProtocolError('bad-encoding', 'not canonical base64');
  }
  return plain(bytes);
}

/** RFC 4648 section 4 without padding, as age writes it (c2sp.org/age). */
export function toRawBase64(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, '');
}

export function fromRawBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (toRawBase64(bytes) !== text) {
    throw new ProtocolError('bad-encoding', 'not canonical unpadded base64');
  }
  return plain(bytes);
}

export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Lower-case hexadecimal only, so that a name has one spelling. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) {
    throw new ProtocolError('bad-encoding', 'not lower-case hexadecimal');
  }
  return plain(Buffer.from(text, 'hex'));
}

/** ASCII decimal without leading zeroes, at most 2^53 - 1. */
export function fromDecimal(text: string): number {
  const value = Number(text);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(value)) {
    throw new ProtocolError('bad-encoding', 'not a plain decimal number');
  }
  return value;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** For public values. It is not constant-time: secrets are compared by the AEAD or `timingSafeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && view(a).equals(b);
}

/** The same memory as a DataView, for reading big-endian numbers. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
