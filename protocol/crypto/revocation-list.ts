import { verify, X509Certificate } from 'node:crypto';
import { toHex } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import type { IssuedAs } from './certificate.ts';
import { certificateExtensions, DER, derContent, derExtensions, derValues, type DerValue } from './der.ts';

/** Certificates that one authority took back (RFC 5280 section 5). */
export interface RevocationList {
  /** As in {@link IssuedAs}. */
  readonly issuer: string;
  /** Counts the issuer's lists; undefined: it does not number them. */
  readonly number: bigint | undefined;
  readonly thisUpdate: Date;
  /** A newer one is out by then. */
  readonly nextUpdate: Date;
  readonly serials: ReadonlySet<string>;
}

const TIME = { utc: 0x17, generalized: 0x18 };
/** `crlExtensions [0] EXPLICIT`. */
const EXTENSIONS_TAG = 0xa0;
/** AlgorithmIdentifier of Ed25519 (RFC 8410 section 3). */
const ED25519 = '300506032b6570';
const OID = { keyUsage: '551d0f', number: '551d14' };
/** RFC 5280 section 4.2.1.3: bit 6. */
const CRL_SIGN = 0x02;

/**
 * A whole list, signed with Ed25519 by one of `authorities` (PEM), each of which the caller has checked up to its root.
 * Lists of a part (delta, distribution points) are refused, as is everything critical that is not known. Whether it is
 * fresh is the caller's question. `code` 'bad-revocation-list'.
 */
export function openRevocationList(der: Uint8Array, authorities: readonly string[]): RevocationList {
  try {
    return open(der, authorities);
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'bad-revocation-list') throw cause;
    throw new ProtocolError('bad-revocation-list', 'revocation list refused: it is malformed', { cause });
  }
}

export function isRevoked(lists: readonly RevocationList[], { issuer, serial }: IssuedAs): boolean {
  return lists.some((list) => list.issuer === issuer && list.serials.has(serial));
}

/** The lists of a file, each as DER: PEM, or DER itself. `code` 'bad-revocation-list' if the PEM holds anything else. */
export function splitRevocationLists(file: Uint8Array): Uint8Array[] {
  const text = Buffer.from(file).toString('latin1');
  if (!text.includes('-----BEGIN ')) return [file];
  const blocks = [...text.matchAll(/-----BEGIN X509 CRL-----([A-Za-z0-9+/=\r\n]+)-----END X509 CRL-----/g)];
  // One that is cut must not be passed over for those that are whole.
  if (blocks.length !== text.split('-----BEGIN ').length - 1) throw bad('a block of it is no whole list');
  return blocks.map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function open(der: Uint8Array, authorities: readonly string[]): RevocationList {
  const [signed, algorithm, signature, ...more] = derValues(derContent(der, DER.sequence));
  if (signed?.tag !== DER.sequence || signature?.tag !== DER.bitString || more.length > 0)
    throw bad('there is no list in it');
  const fields = derValues(signed.content);
  // Version 2 is the only one with extensions, and the only one there is (RFC 5280 section 5.1.2.1).
  if (toHex(take(fields, DER.integer)) !== '01') throw bad('it is not of version 2');
  for (const one of [fields.shift(), algorithm])
    if (one === undefined || toHex(one.whole) !== ED25519) throw bad('it is not signed with Ed25519');
  const issuer = fields.shift();
  if (issuer?.tag !== DER.sequence) throw bad('it names no issuer');
  const authority = signerOf(issuer.whole, signed.whole, signature.content, authorities);
  const thisUpdate = timeOf(fields.shift());
  // Also where it is left out: what comes then is no time.
  const nextUpdate = timeOf(fields.shift());
  const [head, ...rest] = fields;
  const hasEntries = head?.tag === DER.sequence;
  const entries = hasEntries ? derValues(head.content) : [];
  const [extensions, ...left] = hasEntries ? rest : fields;
  const number = numberOf(extensions);
  if (left.length > 0) throw bad('it holds more than a list does');
  const serials = new Set(entries.map(serialOf));
  return { issuer: authority.subject, number, thisUpdate, nextUpdate, serials };
}

function signerOf(
  issuer: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
  authorities: readonly string[],
): X509Certificate {
  const named = authorities
    .map((pem) => new X509Certificate(pem))
    .filter((one) => toHex(subjectOf(one)) === toHex(issuer) && maySignLists(one));
  if (named.length === 0) throw bad('no authority known here issued it');
  const [unusedBits, ...bytes] = signature;
  const signer =
    unusedBits === 0
      ? named.find((one) => verify(null, signed, one.publicKey, Buffer.from(bytes)))
      : undefined;
  if (signer === undefined) throw bad('its signature does not hold');
  return signer;
}

/** Past an explicit version, serial number, algorithm, issuer and validity. */
function subjectOf({ raw }: X509Certificate): Uint8Array {
  const [signed] = derValues(derContent(raw, DER.sequence));
  const subject = derValues(signed?.content ?? new Uint8Array())[5];
  if (subject?.tag !== DER.sequence) throw bad('an authority has no name');
  return subject.whole;
}

function maySignLists({ ca, publicKey, raw }: X509Certificate): boolean {
  const usage = certificateExtensions(raw).get(OID.keyUsage);
  const bits = usage === undefined ? 0 : (derContent(usage.value, DER.bitString)[1] ?? 0);
  return ca && publicKey.asymmetricKeyType === 'ed25519' && (bits & CRL_SIGN) !== 0;
}

function serialOf({ tag, content }: DerValue): string {
  const [serial, revoked, extensions, ...more] = derValues(content);
  if (tag !== DER.sequence || serial?.tag !== DER.integer || more.length > 0)
    throw bad('an entry is malformed');
  timeOf(revoked);
  if (extensions !== undefined) requireKnown(extensions.whole);
  const [first = 0x80, ...rest] = serial.content;
  if (first >= 0x80) throw bad('a serial number is negative');
  return toHex(first === 0 && rest.length > 0 ? Uint8Array.from(rest) : serial.content).toUpperCase();
}

function numberOf(field: DerValue | undefined): bigint | undefined {
  if (field === undefined) return undefined;
  if (field.tag !== EXTENSIONS_TAG) throw bad('a field is out of place');
  const number = requireKnown(field.content).get(OID.number);
  return number === undefined ? undefined : BigInt(`0x${toHex(derContent(number.value, DER.integer))}`);
}

function requireKnown(sequence: Uint8Array): ReturnType<typeof derExtensions> {
  const extensions = derExtensions(sequence);
  for (const [oid, { critical }] of extensions)
    if (critical && oid !== OID.number) throw bad(`an extension is critical and not known: ${oid}`);
  return extensions;
}

function timeOf(value: DerValue | undefined): Date {
  const text = value === undefined ? '' : Buffer.from(value.content).toString('latin1');
  const century = value?.tag === TIME.utc ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') : '';
  const match =
    value?.tag === TIME.utc || value?.tag === TIME.generalized
      ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + text)
      : undefined;
  const [, year, month, day, hour, minute, second] = match ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw bad('a time in it is none');
  return time;
}

function take(fields: DerValue[], tag: number): Uint8Array {
  const field = fields.shift();
  if (field?.tag !== tag) throw bad('a field is out of place');
  return field.content;
}

function bad(why: string): ProtocolError {
  return new ProtocolError('bad-revocation-list', `revocation list refused: ${why}`);
}
