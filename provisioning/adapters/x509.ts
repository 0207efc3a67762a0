import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
  type JsonGeneralNames,
  type JsonNameParams,
} from '@peculiar/x509';
import { certificateUri, type CertificateName } from '@mingjing/protocol';
import type { Validity } from '../core/validity.ts';

const ED25519 = { name: 'Ed25519' };

/** Who may sign certificates: a certificate and its private key (PKCS #8 PEM). */
export interface Issuer {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority's certificate (RFC 5280); the root when `issuer` is absent. */
export async function issueAuthority(what: {
  agency: { id: string; name: string };
  title: string;
  key: string;
  pathLength: number;
  validity: Validity;
  issuer?: Issuer;
}): Promise<string> {
  const subject = [utf8('O', what.agency.name), utf8('CN', `mingjing ${what.agency.id} ${what.title}`)];
  const publicKey = publicKeyOf(what.key);
  const issuer = what.issuer === undefined ? undefined : new X509Certificate(what.issuer.certificate);
  return await generate({
    subject,
    issuer: issuer?.subjectName.toArrayBuffer() ?? subject,
    publicKey,
    signingKey: what.issuer?.key ?? what.key,
    validity: what.validity,
    extensions: [
      new BasicConstraintsExtension(true, what.pathLength, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer?.publicKey ?? publicKey),
    ],
  });
}

/** The certificate of one key of one machine. `publicKey` is SubjectPublicKeyInfo DER. */
export async function issueMachine(what: {
  name: CertificateName;
  hosts: readonly string[];
  publicKey: Uint8Array<ArrayBuffer>;
  validity: Validity;
  issuer: Issuer;
}): Promise<string> {
  const issuer = new X509Certificate(what.issuer.certificate);
  const names: JsonGeneralNames = [{ type: 'url', value: certificateUri(what.name) }];
  if (what.name.use === 'tls') names.push(...what.hosts.map(hostName));
  return await generate({
    subject: [utf8('CN', what.name.id)],
    issuer: issuer.subjectName.toArrayBuffer(),
    publicKey: what.publicKey,
    signingKey: what.issuer.key,
    validity: what.validity,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      ...usages(what.name),
      new SubjectAlternativeNameExtension(names),
      await SubjectKeyIdentifierExtension.create(what.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
}

/** RFC 5280 section 5.2.3. */
const CRL_NUMBER = '2.5.29.20';

/** A whole revocation list (RFC 5280 section 5), PEM. `number`: higher than that of every list before. */
export async function issueRevocationList(what: {
  issuer: Issuer;
  number: number;
  validity: { readonly thisUpdate: Date; readonly nextUpdate: Date };
  revoked: readonly { readonly serial: string; readonly at: Date }[];
}): Promise<string> {
  const digits = what.number.toString(16);
  // A leading zero octet keeps the integer positive; no number of ours needs all eight.
  const bytes = Buffer.from(digits.padStart(digits.length + 2 + (digits.length % 2), '0'), 'hex');
  const least = bytes[1] !== undefined && bytes[1] < 0x80 ? bytes.subarray(1) : bytes;
  const list = await X509CrlGenerator.create({
    issuer: new Name(new X509Certificate(what.issuer.certificate).subjectName.toArrayBuffer()),
    ...what.validity,
    entries: what.revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: at })),
    signingKey: await signingKey(what.issuer.key),
    signingAlgorithm: ED25519,
    extensions: [new Extension(CRL_NUMBER, false, Uint8Array.from([0x02, least.length, ...least]))],
  });
  // RFC 7468 section 6: openssl knows no other label.
  const lines =
    Buffer.from(list.rawData)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n');
}

function usages({ use }: CertificateName): Extension[] {
  if (use === 'tls') {
    return [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ];
  }
  return [new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, true)];
}

async function generate(what: {
  subject: JsonNameParams;
  issuer: JsonNameParams | ArrayBuffer;
  publicKey: Uint8Array<ArrayBuffer>;
  signingKey: string;
  validity: Validity;
  extensions: Extension[];
}): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: new Name(what.subject),
    issuer: new Name(what.issuer),
    publicKey: what.publicKey,
    signingKey: await signingKey(what.signingKey),
    notBefore: what.validity.notBefore,
    notAfter: what.validity.notAfter,
    signingAlgorithm: ED25519,
    extensions: what.extensions,
  });
  return `${certificate.toString('pem')}\n`;
}

/** RFC 5280, 4.1.2.2: positive, at most 20 octets, not to be guessed. */
function randomSerial(): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f || 0x01;
  return serial.toString('hex');
}

async function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return await webcrypto.subtle.importKey('pkcs8', der, ED25519, false, ['sign']);
}

function publicKeyOf(pem: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createPublicKey(pem).export({ format: 'der', type: 'spki' }));
}

function utf8(field: 'O' | 'CN', value: string): JsonNameParams[number] {
  return { [field]: [{ utf8String: value }] };
}

function hostName(host: string): JsonGeneralNames[number] {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}
