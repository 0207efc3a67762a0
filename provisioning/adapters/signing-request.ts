import 'reflect-metadata';
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { ProvisioningError } from '../core/errors.ts';

const ED25519 = { name: 'Ed25519' };

/** What a signing request says, its own signature checked: whoever wrote it holds the key. */
export interface SigningRequest {
  readonly commonName: string;
  readonly unit: string;
  /** SubjectPublicKeyInfo, DER, Ed25519. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** PKCS #10 (RFC 2986) over an Ed25519 key (PKCS #8 PEM): PEM. */
export async function createSigningRequest(key: string, commonName: string, unit: string): Promise<string> {
  const privateKey = createPrivateKey(key);
  const { subtle } = webcrypto;
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }, { OU: [unit] }],
    keys: {
      privateKey: await subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']),
      publicKey: await subtle.importKey('spki', spki, ED25519, true, ['verify']),
    },
    signingAlgorithm: ED25519,
  });
  return `${request.toString('pem')}\n`;
}

/**
 * Reads hostile bytes. Attributes and extensions asked for are ignored: the agency decides what stands in a
 * certificate. `code` 'bad-csr'.
 */
export async function openSigningRequest(pem: string): Promise<SigningRequest> {
  let signed: boolean;
  let request: Pkcs10CertificateRequest;
  let publicKey: Uint8Array<ArrayBuffer>;
  try {
    request = new Pkcs10CertificateRequest(pem);
    publicKey = Uint8Array.from(new Uint8Array(request.publicKey.rawData));
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'ed25519') throw new RangeError('its key is not Ed25519');
    const algorithm = request.signatureAlgorithm as { readonly name?: string };
    if (algorithm.name !== ED25519.name) throw new RangeError('not signed with Ed25519');
    signed = await request.verify();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new ProvisioningError('bad-csr', `a signing request cannot be read: ${why}`, { cause });
  }
  if (!signed) throw new ProvisioningError('bad-csr', 'a signing request is not signed by its own key');
  return {
    commonName: only(request.subjectName.getField('CN'), 'CN'),
    unit: only(request.subjectName.getField('OU'), 'OU'),
    publicKey,
  };
}

function only(values: readonly string[], field: string): string {
  const [value] = values;
  if (value === undefined || values.length !== 1)
    throw new ProvisioningError('bad-csr', `a signing request does not name exactly one ${field}`);
  return value;
}
