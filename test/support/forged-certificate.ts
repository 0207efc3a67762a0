import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** Certificates (RFC 5280) as no agency of ours would issue them: every field is the test's. */
export interface Forgery {
  readonly subject: string;
  readonly issuer: string;
  readonly key: KeyPair;
  readonly signer: KeyPair;
  readonly years: readonly [number, number];
  readonly extensions: readonly Buffer[];
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function ed25519Pair(): KeyPair {
  return generateKeyPairSync('ed25519');
}

export function rsaPair(bits: number): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

/** PEM. An RSA key signs with SHA-1. */
export function forge({ subject, issuer, key, signer, years, extensions }: Forgery): string {
  const ed25519 = signer.privateKey.asymmetricKeyType === 'ed25519';
  const algorithm = ed25519 ? der(0x30, oid('2b6570')) : der(0x30, oid('2a864886f70d010105'), der(0x05));
  const signed = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    name(issuer),
    der(0x30, ...years.map((year) => der(0x18, Buffer.from(`${year}0101000000Z`)))),
    name(subject),
    key.publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length === 0 ? [] : [der(0xa3, der(0x30, ...extensions))]),
  );
  const signature = sign(ed25519 ? null : 'sha1', signed, signer.privateKey);
  const whole = der(0x30, signed, algorithm, der(0x03, Buffer.of(0), signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

export function extension(oidHex: string, critical: boolean, value: Buffer): Buffer {
  return der(0x30, oid(oidHex), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), der(0x04, value));
}

/** `ca` with its path length; a machine's without. */
export function basicConstraints(ca: boolean, pathLength?: number): Buffer {
  const limit = pathLength === undefined ? [] : [der(0x02, Buffer.of(pathLength))];
  return extension('551d13', true, der(0x30, ...(ca ? [der(0x01, Buffer.of(0xff))] : []), ...limit));
}

export function keyUsage(bits: number): Buffer {
  return extension('551d0f', true, der(0x03, Buffer.of(0, bits)));
}

export function uriName(uri: string): Buffer {
  return extension('551d11', false, der(0x30, der(0x86, Buffer.from(uri))));
}

export function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.of(body.length >> 8, body.length & 0xff).subarray(body.length < 0x100 ? 1 : 0);
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function name(common: string): Buffer {
  return der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(common)))));
}
