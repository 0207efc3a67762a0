import { join } from 'node:path';
import { generateAgeIdentity, generateEd25519, requireId } from '@mingjing/protocol';
import { writeDurably } from '@mingjing/runtime';
import { putNewDirectory } from '../adapters/private-files.ts';
import { sealKey } from '../adapters/sealed-key.ts';
import { issueAuthority } from '../adapters/x509.ts';
import { ProvisioningError } from '../core/errors.ts';
import { MAX_ROOT_YEARS, validity, YEARS } from '../core/validity.ts';
import { AGENCY_FILES } from './files.ts';

const MAX_NAME = 200;

export interface AgencyWish {
  readonly directory: string;
  readonly id: string;
  readonly name: string;
  /** Validity of the root. */
  readonly years?: number;
  /** Seals every private key at rest. */
  readonly passphrase?: string;
  readonly now?: Date;
}

/**
 * Founds an agency: root and issuing authority, the agency's and the recovery age keys. Needs no network.
 * Whole or not at all. `code`: 'bad-argument', 'already-exists', 'storage-failed'.
 */
export async function createAgency(wish: AgencyWish): Promise<void> {
  const years = checkWish(wish);
  const about = { id: wish.id, name: wish.name };
  const now = wish.now ?? new Date();
  const root = validity(now, years);
  const issuing = validity(now, Math.min(years, YEARS.issuing), root);
  await putNewDirectory(wish.directory, async (directory) => {
    const put = (file: string, content: string): void => {
      writeDurably(join(directory, file), content);
    };
    const rootKey = generateEd25519().privateKeyPem;
    const rootPem = await issueAuthority({
      agency: about,
      title: 'root',
      key: rootKey,
      pathLength: 1,
      validity: root,
    });
    const issuingKey = generateEd25519().privateKeyPem;
    const issuingPem = await issueAuthority({
      agency: about,
      title: 'issuing',
      key: issuingKey,
      pathLength: 0,
      validity: issuing,
      issuer: { certificate: rootPem, key: rootKey },
    });
    const agencyAge = generateAgeIdentity();
    const recoveryAge = generateAgeIdentity();
    put(AGENCY_FILES.root, rootPem);
    put(AGENCY_FILES.rootKey, sealKey(rootKey, wish.passphrase));
    put(AGENCY_FILES.issuing, issuingPem);
    put(AGENCY_FILES.issuingKey, sealKey(issuingKey, wish.passphrase));
    put(AGENCY_FILES.agencyAgeKey, sealKey(ageKeyFile(agencyAge), wish.passphrase));
    put(AGENCY_FILES.recoveryAgeKey, sealKey(ageKeyFile(recoveryAge), wish.passphrase));
    put(
      AGENCY_FILES.recipients,
      `# ${wish.id}: agency\n${agencyAge.recipient}\n# ${wish.id}: recovery\n${recoveryAge.recipient}\n`,
    );
    put(AGENCY_FILES.ledger, '');
    put(AGENCY_FILES.about, `${JSON.stringify(about, undefined, 2)}\n`);
  });
}

/** As age-keygen writes it, so that `age -d -i` takes it. */
function ageKeyFile({ identity, recipient }: { identity: string; recipient: string }): string {
  return `# public key: ${recipient}\n${identity}\n`;
}

function checkWish({ id, name, years = YEARS.root, passphrase }: AgencyWish): number {
  try {
    requireId(id);
  } catch (cause) {
    throw new ProvisioningError('bad-argument', `not an identifier (a-z, 0-9, -): ${JSON.stringify(id)}`, {
      cause,
    });
  }
  if (name.trim() === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name))
    throw new ProvisioningError('bad-argument', `an agency's name has 1 to ${MAX_NAME} printable characters`);
  if (!Number.isInteger(years) || years < 1 || years > MAX_ROOT_YEARS)
    throw new ProvisioningError('bad-argument', `a root is valid for 1 to ${MAX_ROOT_YEARS} years: ${years}`);
  if (passphrase === '') throw new ProvisioningError('bad-argument', 'the passphrase is empty');
  return years;
}
