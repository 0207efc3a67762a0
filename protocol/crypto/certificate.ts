import { X509Certificate } from 'node:crypto';
import { toHex } from '../encoding/bytes.ts';
import { ProtocolError } from '../errors.ts';
import { requireId } from '../note/names.ts';
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

export interface Certificate {
  readonly name: CertificateName;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hexadecimal, upper-case, as openssl prints it. */
  readonly serial: string;
  /** SHA-256 of the DER, hexadecimal. */
  readonly fingerprint: string;
}

const MAX_CHAIN = 4;

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
 * Reads the leaf of a chain and checks the chain up to one of `roots`: signatures, CA flags, names.
 * Validity in time is the caller's question: evidence is judged by the time it was signed, TLS by now.
 * `code` 'bad-certificate'.
 */
export function openChain(chain: readonly string[], roots: readonly string[]): Certificate {
  const certificates = chain.map(parse);
  const anchors = roots.map(parse);
  const leaf = certificates[0];
  if (leaf === undefined || certificates.length > MAX_CHAIN)
    throw bad('a chain has one to four certificates');
  if (leaf.ca) throw bad('the first certificate is an authority, not a machine');
  let current = leaf;
  for (const next of certificates.slice(1)) {
    if (anchors.some((anchor) => issued(anchor, current))) break;
    if (!issued(next, current)) throw bad(`${next.subject} did not issue ${current.subject}`);
    current = next;
  }
  if (!anchors.some((anchor) => issued(anchor, current)))
    throw bad('the chain does not end in a root trusted here');
  return describe(leaf);
}

/** Reads a certificate without asking who issued it: a claim. `code` 'bad-certificate'. */
export function readCertificate(pem: string): Certificate {
  return describe(parse(pem));
}

export function validAt(certificate: Certificate, at: Date): boolean {
  return certificate.notBefore <= at && at <= certificate.notAfter;
}

/** The certificates of a PEM file, one text each. */
export function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----/g) ?? [];
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function describe(certificate: X509Certificate): Certificate {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime()))
    throw bad('its validity is no time');
  return {
    name: nameOf(certificate),
    publicKey: rawPublicKey(certificate.publicKey),
    notBefore,
    notAfter,
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
