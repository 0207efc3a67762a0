import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ed25519Signer,
  equalBytes,
  openChain,
  splitPem,
  x25519Recipient,
  type Certificate,
  type CertificateUse,
} from '@mingjing/protocol';
import { IDENTITY_FILES } from '@mingjing/runtime';
import { putNew, readLimited } from '../adapters/private-files.ts';
import { ProvisioningError } from '../core/errors.ts';
import { certificateName, USES } from '../core/machine.ts';
import { machineOf, type EnrolmentResponse } from './files.ts';
import { KEY_FILES } from './request-enrolment.ts';

const MAX_FILE_BYTES = 64 * 1024;
const CHAIN_FILES: Readonly<Record<CertificateUse, string>> = {
  tls: IDENTITY_FILES.tlsChain,
  evidence: IDENTITY_FILES.evidenceChain,
};

export interface InstallOptions {
  /** SHA-256 of the agency's root, hexadecimal: told by another way than the response came. */
  readonly rootFingerprint?: string;
  /** The agency's age identity: this machine, an archive, can then open all footage sealed to it. */
  readonly unsealing?: string;
}

/**
 * On the machine itself: checks that every certificate leads to the root, names this machine and fits its own key;
 * then installs. Only what was checked is written: each certificate encoded anew, and one root, so that nothing
 * beside it comes to be trusted. The TLS chain comes last: with it the machine is enrolled, without it it may be tried again.
 * `code`: 'bad-response', 'keys-differ', 'other-agency', 'already-exists'.
 */
export function installEnrolment(
  directory: string,
  received: EnrolmentResponse,
  options: InstallOptions = {},
): void {
  const response = encodedAnew(received);
  requireRoot(directory, response, options.rootFingerprint);
  for (const use of USES) requireFitting(directory, response, use);
  requireRecipients(response.recipients ?? []);
  if (options.unsealing !== undefined && response.role !== 'archive')
    throw new ProvisioningError('bad-argument', `a ${response.role} never gets a key that opens footage`);
  const put = (file: string, content: string): void => {
    putNew(join(directory, file), content);
  };
  put(IDENTITY_FILES.root, response.root);
  if (response.recipients !== undefined)
    put(IDENTITY_FILES.recipients, `${response.recipients.join('\n')}\n`);
  if (options.unsealing !== undefined) put(IDENTITY_FILES.unsealing, options.unsealing);
  for (const use of USES.toReversed()) put(CHAIN_FILES[use], (response[use] ?? []).join(''));
}

/** SHA-256 of the root, hexadecimal, for people to compare. `code` 'bad-response' unless it is one certificate. */
export function rootFingerprint(root: string): string {
  return onlyCertificate(root, 'the root').fingerprint256.replaceAll(':', '').toLowerCase();
}

function encodedAnew(response: EnrolmentResponse): EnrolmentResponse {
  const chain = (use: CertificateUse): string[] =>
    (response[use] ?? []).map((pem) => onlyCertificate(pem, `part of the ${use} chain`).toString());
  return {
    ...response,
    root: onlyCertificate(response.root, 'the root').toString(),
    tls: chain('tls'),
    ...(response.evidence === undefined ? {} : { evidence: chain('evidence') }),
  };
}

/** A text may hold more certificates than the one that a reader, or a fingerprint, looks at. */
function onlyCertificate(text: string, what: string): X509Certificate {
  const [pem, ...more] = splitPem(text);
  if (pem === undefined || more.length > 0)
    throw new ProvisioningError('bad-response', `${what} is not exactly one certificate`);
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ProvisioningError('bad-response', `${what} is no certificate`, { cause });
  }
}

function requireRoot(directory: string, { root }: EnrolmentResponse, expected: string | undefined): void {
  const fingerprint = rootFingerprint(root);
  if (expected !== undefined && expected.replaceAll(':', '').toLowerCase() !== fingerprint)
    throw new ProvisioningError('other-agency', `the root is ${fingerprint}, not ${expected}`);
  const path = join(directory, IDENTITY_FILES.root);
  if (existsSync(path) && readLimited(path, MAX_FILE_BYTES, 'storage-failed') !== root)
    throw new ProvisioningError('other-agency', `${path} is another root: this machine has an agency`);
}

function requireFitting(directory: string, response: EnrolmentResponse, use: CertificateUse): void {
  const { name, publicKey } = open(response, use);
  const wanted = certificateName(response.agency.id, use, machineOf(response));
  const fits =
    name.agency === wanted.agency &&
    name.use === wanted.use &&
    name.role === wanted.role &&
    name.id === wanted.id &&
    name.epoch === wanted.epoch;
  if (!fits) throw new ProvisioningError('bad-response', `the ${use} certificate names another machine`);
  const path = join(directory, KEY_FILES[use]);
  const key = ed25519Signer(readLimited(path, MAX_FILE_BYTES, 'keys-differ')).publicKey;
  if (!equalBytes(key, publicKey))
    throw new ProvisioningError('keys-differ', `the ${use} certificate is not for the key ${path}`);
}

function open(response: EnrolmentResponse, use: CertificateUse): Certificate {
  try {
    return openChain(response[use] ?? [], splitPem(response.root));
  } catch (cause) {
    throw new ProvisioningError('bad-response', `the ${use} certificate does not lead to the root`, {
      cause,
    });
  }
}

function requireRecipients(recipients: readonly string[]): void {
  try {
    recipients.forEach(x25519Recipient);
  } catch (cause) {
    throw new ProvisioningError('bad-response', 'a recipient is no age recipient', { cause });
  }
}
