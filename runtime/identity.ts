import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ed25519Signer,
  openChain,
  splitPem,
  type Certificate,
  type CertificateRole,
  type Signer,
} from '@mingjing/protocol';
import { RuntimeError } from './errors.ts';

/** The files of an enrolled machine, in one directory of mode 0700; keys 0600. Written by `mingjing enrol`. */
export const IDENTITY_FILES = {
  tlsKey: 'tls.key',
  tlsChain: 'tls.pem',
  evidenceKey: 'evidence.key',
  evidenceChain: 'evidence.pem',
  root: 'root.pem',
  recipients: 'recipients.txt', // age recipients, one a line: cameras
  unsealing: 'unsealing.key', // age identity: archives that play footage
} as const;

export interface TlsIdentity {
  readonly certificate: Certificate;
  readonly keyPem: string;
  /** Leaf first. */
  readonly chain: readonly string[];
  readonly roots: readonly string[];
}

export interface EvidenceIdentity {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly chain: readonly string[];
}

/** Who this machine is on the line. `code` 'bad-identity'. */
export function loadTlsIdentity(directory: string, role: CertificateRole): TlsIdentity {
  const roots = loadRoots(directory);
  const chain = readPem(directory, IDENTITY_FILES.tlsChain);
  const certificate = open(chain, roots, directory);
  requireName(certificate, 'tls', role, directory);
  return { certificate, keyPem: read(directory, IDENTITY_FILES.tlsKey), chain, roots };
}

/** The key this machine signs evidence with. `code` 'bad-identity'. */
export function loadEvidenceIdentity(directory: string, role: CertificateRole): EvidenceIdentity {
  const chain = readPem(directory, IDENTITY_FILES.evidenceChain);
  const certificate = open(chain, loadRoots(directory), directory);
  requireName(certificate, 'evidence', role, directory);
  const signer = ed25519Signer(read(directory, IDENTITY_FILES.evidenceKey));
  if (Buffer.compare(signer.publicKey, certificate.publicKey) !== 0) {
    throw new RuntimeError(
      'bad-identity',
      `${directory}: the evidence key is not the one in its certificate`,
    );
  }
  return { certificate, signer, chain };
}

export function loadRoots(directory: string): readonly string[] {
  return readPem(directory, IDENTITY_FILES.root);
}

/** One value a line; blank lines and `#` comments are left out. */
export function loadLines(directory: string, file: string): string[] {
  return read(directory, file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function readPem(directory: string, file: string): string[] {
  const chain = splitPem(read(directory, file));
  if (chain.length === 0)
    throw new RuntimeError('bad-identity', `${join(directory, file)} holds no certificate`);
  return chain;
}

function read(directory: string, file: string): string {
  try {
    return readFileSync(join(directory, file), 'utf8');
  } catch (cause) {
    throw new RuntimeError(
      'bad-identity',
      `${join(directory, file)} cannot be read; enrol this machine with "mingjing enrol"`,
      { cause },
    );
  }
}

function open(chain: readonly string[], roots: readonly string[], directory: string): Certificate {
  try {
    return openChain(chain, roots);
  } catch (cause) {
    throw new RuntimeError('bad-identity', `${directory}: a certificate does not lead to the agency's root`, {
      cause,
    });
  }
}

function requireName(certificate: Certificate, use: string, role: string, directory: string): void {
  const { name } = certificate;
  if (name.use !== use || name.role !== role) {
    throw new RuntimeError(
      'bad-identity',
      `${directory}: the certificate is for ${name.role} ${name.use}, not for ${role} ${use}`,
    );
  }
}
