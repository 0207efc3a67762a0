import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateEd25519, type CertificateUse } from '@mingjing/protocol';
import { IDENTITY_FILES } from '@mingjing/runtime';
import { ensurePrivateDirectory, putNew, readLimited } from '../adapters/private-files.ts';
import { createSigningRequest } from '../adapters/signing-request.ts';
import { ProvisioningError } from '../core/errors.ts';
import { requestUnit, USES, type Machine } from '../core/machine.ts';
import type { EnrolmentRequest } from './files.ts';

export const KEY_FILES: Readonly<Record<CertificateUse, string>> = {
  tls: IDENTITY_FILES.tlsKey,
  evidence: IDENTITY_FILES.evidenceKey,
};
const MAX_KEY_BYTES = 16 * 1024;

/**
 * On the machine itself: makes its keys, which never leave `directory`, and asks for certificates. Asking again
 * before they are installed asks for the same keys. `code`: 'already-exists' if it is enrolled.
 */
export async function requestEnrolment(directory: string, machine: Machine): Promise<EnrolmentRequest> {
  ensurePrivateDirectory(directory);
  if (existsSync(join(directory, IDENTITY_FILES.tlsChain)))
    throw new ProvisioningError('already-exists', `${directory} is enrolled already`);
  const requests: Partial<Record<CertificateUse, string>> = {};
  for (const use of USES) {
    const key = makeKey(join(directory, KEY_FILES[use]));
    requests[use] = await createSigningRequest(key, machine.id, requestUnit(use, machine));
  }
  const { tls, evidence } = requests;
  if (tls === undefined) throw new Error('invariant: every machine has a TLS key');
  return {
    format: 'mingjing/enrolment-request/1',
    ...machine,
    tls,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function makeKey(path: string): string {
  if (!existsSync(path)) putNew(path, generateEd25519().privateKeyPem);
  return readLimited(path, MAX_KEY_BYTES, 'storage-failed');
}
