import { X509Certificate, type KeyObject } from 'node:crypto';
import { toHex } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { requireId } from '../note/names.ts';
import { certificateExtensions, DER, derContent, derValues, type Extension } from './der.ts';
import { rawPublicKey } from './ed25519.ts';
import { sha256 } from './sha256.ts';

export type CertificateRole = 'camera' | 'dock' | 'archive';
/** A TLS key says who is on the line; an evidence key signs what a court reads. Never one for the other. */
export type CertificateUse = 'tls' | 'evidence';

/** Whom a certificate of ours names, in its one URI of the subject alternative name. */
export interface CertificateName {
  readonly agency: string;
  readonly use: CertificateUse;
  readonly role: CertificateRole;
  readonly id: string;
  /** Evidence certificates of cameras only: the journal epoch the key signs. */
  readonly epoch?: number;
}

/** By whom and under which number a certificate was issued: what a revocation list names. */
export interface IssuedAs {
  /** The issuer's name, as `node:crypto` prints it. */
  readonly issuer: string;
  /** Hexadecimal, upper-case, as openssl prints it. */
  readonly serial: string;
}

export interface Certificate extends IssuedAs {
  readonly name: CertificateName;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the DER, hexadecimal. */
  readonly fingerprint: string;
}

const MAX_CHAIN = 3;
const TOO_LONG = 'a chain is a machine, at most one issuing authority and the root';
/** RFC 5280 section 4.2.1.3: the bits of the first byte. */
const KEY_USAGE = { digitalSignature: 0x80, keyCertSign: 0x04 };
/** The extensions understood here, 2.5.29.n: content of their OIDs. Of names only the URI is believed. */
const OID = {
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
} as const;

/** `urn:mingjing:<agency>:<use>:<role>:<id>[:<epoch>]` */
export function certificateUri({ agency, use, role, id, epoch }: CertificateName): string {
  const parts = ['urn:mingjing', requireId(agency), use, role, requireId(id)];
  return [...parts, ...(epoch === undefined ? [] : [String(epoch)])].join(':');
}

export function parseCertificateUri(uri: string): CertificateName | undefined {
  const match =
    /^urn:mingjing:([a-z0-9-]+):(tls|evidence):(camera|dock|archive):([a-z0-9-]+)(?::([1-9][0-9]{0,8}))?$/.exec(
      uri,
    );
  const [, agency, use, role, id, epoch] = match ?? [];
  if (agency === undefined || id === undefined) return undefined;
  const isCameraEvidence = use === 'evidence' && role === 'camera';
  if (isCameraEvidence !== (epoch !== undefined)) return undefined;
  return {
    agency,
    use: use as CertificateUse,
    role: role as CertificateRole,
    id,
    ...(epoch === undefined ? {} : { epoch: Number(epoch) }),
  };
}

/**
 * Reads the leaf of a chain and checks the chain up to one of `roots`: a machine, at most one issuing authority, a
 * root, which the chain may repeat at its end. Every key is Ed25519, so every signature is; each certificate is
 * valid only while its issuer is; authorities keep to their flags and path length; nothing critical is unknown.
 * So whoever finds the leaf valid at a time may rely on the whole chain at that time. Whether it is valid is the
 * caller's question: evidence is judged by the time it was signed, TLS by now. `code` 'bad-certificate'.
 */
export function openChain(chain: readonly string[], roots: readonly string[]): Certificate {
  if (chain.length > MAX_CHAIN) throw bad(TOO_LONG);
  const anchors = roots.map(parse);
  const given = chain.map(parse);
  if (given.length > 1 && anchors.some(({ raw }) => given.at(-1)?.raw.equals(raw))) given.pop();
  const [leaf, issuing, ...more] = given;
  if (leaf === undefined || more.length > 0) throw bad(TOO_LONG);
  requireMachine(leaf);
  if (issuing !== undefined) requireIssuer(issuing, leaf, 0);
  requireAnchor(anchors, issuing ?? leaf, given.length - 1);
  return describe(leaf);
}

/** Checks that a text is a certificate that `openChain` can take for a root. `code` 'bad-certificate'. */
export function requireRoot(pem: string): void {
  const root = parse(pem);
  ed25519KeyOf(root);
  requireAuthority(root, 0);
}

/** Reads a certificate without asking who issued it: a claim. `code` 'bad-certificate'. */
export function readCertificate(pem: string): Certificate {
  return describe(parse(pem));
}

/** Of any certificate, an authority's too; a claim. `code` 'bad-certificate'. */
export function issuedAs(pem: string): IssuedAs {
  const { issuer, serialNumber } = parse(pem);
  return { issuer, serial: serialNumber };
}

export function validAt(certificate: Certificate, at: Date): boolean {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}

/** The certificates of a PEM file, one text each. */
export function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----/g) ?? [];
}

function requireMachine(leaf: X509Certificate): void {
  if (leaf.ca) throw bad('the first certificate is an authority, not a machine');
  ed25519KeyOf(leaf);
  if ((keyUsage(knownExtensions(leaf)) & KEY_USAGE.digitalSignature) === 0)
    throw bad('its key is not for digital signatures');
}

function requireAnchor(anchors: readonly X509Certificate[], subject: X509Certificate, below: number): void {
  // Renewed roots may share name and key: one that fits is enough.
  const signers = anchors.filter((anchor) => signed(anchor, subject));
  if (signers.length === 0) throw bad('the chain does not end in a root trusted here');
  const refusals = signers.map((anchor) => {
    try {
      requireIssuer(anchor, subject, below);
      return undefined;
    } catch (error) {
      return error;
    }
  });
  if (!refusals.includes(undefined)) throw refusals[0];
}

/** `below`: how many authorities stand between it and the machine. */
function requireIssuer(issuer: X509Certificate, subject: X509Certificate, below: number): void {
  if (!signed(issuer, subject)) throw bad(`${issuer.subject} did not issue ${subject.subject}`);
  requireAuthority(issuer, below);
  const own = validityOf(issuer);
  const { notBefore, notAfter } = validityOf(subject);
  if (notBefore < own.notBefore || notBefore > own.notAfter || notAfter > own.notAfter)
    throw bad(`${subject.subject} is not within the validity of ${issuer.subject}`);
}

/** RFC 5280 section 6.1.4, steps k to n. */
function requireAuthority(authority: X509Certificate, below: number): void {
  const extensions = knownExtensions(authority);
  if (!authority.ca || (keyUsage(extensions) & KEY_USAGE.keyCertSign) === 0)
    throw bad(`${authority.subject} may not issue certificates`);
  if (pathLength(extensions) < below) throw bad(`${authority.subject} may have no authority under it`);
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(ed25519KeyOf(issuer));
}

/** RFC 5280 section 4.2: what is critical and not understood must be refused. */
function knownExtensions(certificate: X509Certificate): ReadonlyMap<string, Extension> {
  const extensions = certificateExtensions(certificate.raw);
  const understood: readonly string[] = Object.values(OID);
  for (const [oid, { critical }] of extensions)
    if (critical && !understood.includes(oid)) throw bad(`an extension is critical and not known: ${oid}`);
  return extensions;
}

/** The first eight bits, the highest first; none if the extension is not there. */
function keyUsage(extensions: ReadonlyMap<string, Extension>): number {
  const extension = extensions.get(OID.keyUsage);
  return extension === undefined ? 0 : (derContent(extension.value, DER.bitString)[1] ?? 0);
}

function pathLength(extensions: ReadonlyMap<string, Extension>): number {
  const extension = extensions.get(OID.basicConstraints);
  if (extension === undefined) return 0;
  const limit = derValues(derContent(extension.value, DER.sequence)).find(({ tag }) => tag === DER.integer);
  if (limit === undefined) return Infinity;
  const [length = 0x80] = limit.content;
  if (limit.content.length !== 1 || length >= 0x80) throw bad('its path length is out of range');
  return length;
}

function ed25519KeyOf(certificate: X509Certificate): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = certificate.publicKey;
  } catch {
    // a key of no kind known here
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw bad(`the key of ${certificate.subject} is not Ed25519`);
  return key;
}

function validityOf(certificate: X509Certificate): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime()))
    throw bad('its validity is no time');
  return { notBefore, notAfter };
}

function describe(certificate: X509Certificate): Certificate {
  return {
    name: nameOf(certificate),
    publicKey: rawPublicKey(ed25519KeyOf(certificate)),
    ...validityOf(certificate),
    issuer: certificate.issuer,
    serial: certificate.serialNumber,
    fingerprint: toHex(sha256(certificate.raw)),
  };
}

function nameOf(certificate: X509Certificate): CertificateName {
  const names = (certificate.subjectAltName ?? '').split(', ');
  // node quotes a name that could be read as two; ours never need it.
  if (names.some((name) => name.includes('"'))) throw bad('a subject alternative name is ambiguous');
  const uris = names
    .filter((name) => name.startsWith('URI:'))
    .map((name) => parseCertificateUri(name.slice(4)));
  const [name] = uris;
  if (uris.length !== 1 || name === undefined) throw bad('it does not name exactly one machine of an agency');
  return name;
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ProtocolError('bad-certificate', 'not an X.509 certificate', { cause });
  }
}

function bad(why: string): ProtocolError {
  return new ProtocolError('bad-certificate', `certificate refused: ${why}`);
}
