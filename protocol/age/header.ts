import { equalSecrets, hkdf, hmac } from '../crypto/aead.ts';
import { concat, fromRawBase64, toRawBase64, toUtf8 } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';

/** A header of a file of ours is under 1 KiB; this bounds what a hostile one may make us hold. */
export const MAX_HEADER_BYTES = 64 * 1024;
const VERSION_LINE = 'age-encryption.org/v1\n';
const COLUMNS = 64;
const NO_SALT = new Uint8Array(0);

/** c2sp.org/age, "Recipient stanza": one wrapping of the file key. */
export interface Stanza {
  readonly args: readonly string[];
  readonly body: Uint8Array;
}

export interface Header {
  readonly stanzas: readonly Stanza[];
  readonly mac: Uint8Array;
  /** What the MAC covers: up to and including the `---`. */
  readonly macInput: Uint8Array;
  /** Length in bytes; the payload follows. */
  readonly length: number;
}

export function formatHeader(fileKey: Uint8Array, stanzas: readonly Stanza[]): Uint8Array {
  const macInput = toUtf8(`${VERSION_LINE}${stanzas.map(formatStanza).join('')}---`);
  const mac = headerMac(fileKey, macInput);
  return concat([macInput, toUtf8(` ${toRawBase64(mac)}\n`)]);
}

/** Whether the header was made by somebody who had the file key. */
export function headerMacFits(header: Header, fileKey: Uint8Array): boolean {
  return equalSecrets(headerMac(fileKey, header.macInput), header.mac);
}

/**
 * Reads the header at the start of `bytes`; undefined while it is not all there.
 * `code` 'bad-age-header' on anything the grammar does not allow.
 */
export function parseHeader(bytes: Uint8Array): Header | undefined {
  const lines = new LineReader(bytes);
  const version = lines.next();
  if (version === undefined) return undefined;
  if (`${version}\n` !== VERSION_LINE) throw badHeader('not an age v1 file');
  const stanzas: Stanza[] = [];
  for (;;) {
    const start = lines.offset;
    const line = lines.next();
    if (line === undefined) return undefined;
    if (line.startsWith('---')) {
      const match = /^--- ([A-Za-z0-9+/]{43})$/.exec(line);
      if (match?.[1] === undefined) throw badHeader('the MAC line is malformed');
      if (stanzas.length === 0) throw badHeader('no recipient stanza');
      return {
        stanzas,
        mac: decode(match[1]),
        macInput: new Uint8Array(bytes.subarray(0, start + 3)),
        length: lines.offset,
      };
    }
    const args = line.split(' ');
    if (args.shift() !== '->' || args.length === 0) throw badHeader('a stanza does not start with "-> "');
    if (!args.every((arg) => /^[\x21-\x7e]+$/.test(arg)))
      throw badHeader('a stanza argument is empty or not ASCII');
    let body = '';
    for (;;) {
      const part = lines.next();
      if (part === undefined) return undefined;
      if (part.length > COLUMNS) throw badHeader('a stanza line is too long');
      body += part;
      if (part.length < COLUMNS) break;
    }
    stanzas.push({ args, body: decode(body) });
  }
}

function formatStanza({ args, body }: Stanza): string {
  const encoded = toRawBase64(body);
  const lines = [`-> ${args.join(' ')}`];
  for (let at = 0; at <= encoded.length; at += COLUMNS) lines.push(encoded.slice(at, at + COLUMNS));
  return `${lines.join('\n')}\n`;
}

function headerMac(fileKey: Uint8Array, input: Uint8Array): Uint8Array {
  return hmac(hkdf(fileKey, NO_SALT, 'header'), input);
}

function decode(text: string): Uint8Array {
  try {
    return fromRawBase64(text);
  } catch (cause) {
    throw badHeader('base64 is not canonical', cause);
  }
}

function badHeader(why: string, cause?: unknown): ProtocolError {
  return new ProtocolError('bad-age-header', `age header: ${why}`, { cause });
}

/** Lines of the ASCII head of a binary buffer. */
class LineReader {
  readonly #bytes: Uint8Array;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next line without its newline; undefined if it has not ended yet. */
  next(): string | undefined {
    const end = this.#bytes.indexOf(0x0a, this.offset);
    if ((end < 0 ? this.#bytes.length : end) > MAX_HEADER_BYTES) throw badHeader('too large');
    if (end < 0) return undefined;
    const line = String.fromCharCode(...this.#bytes.subarray(this.offset, end));
    this.offset = end + 1;
    return line;
  }
}
