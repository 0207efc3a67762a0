import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Id, requireId } from '@mingjing/protocol';
import { loadLines } from '@mingjing/runtime';
import { readLimited } from '../adapters/private-files.ts';
import { openKey } from '../adapters/sealed-key.ts';
import type { Issuer } from '../adapters/x509.ts';
import { ProvisioningError } from '../core/errors.ts';
import { AGENCY_FILES } from './files.ts';
import { IssuedLedger } from './issued-ledger.ts';

const MAX_FILE_BYTES = 64 * 1024;
const About = Type.Object({ id: Id, name: Type.String({ minLength: 1, maxLength: 200 }) });
const about = Compile(About);

/** An agency's directory, opened for issuing. Private keys are read when they are asked for, and not kept. */
export interface Agency {
  readonly about: Static<typeof About>;
  readonly root: string;
  readonly recipients: readonly string[];
  readonly ledger: IssuedLedger;
  /** `code` 'wrong-passphrase'. */
  issuer(): Issuer;
  /** The age identity that opens the agency's footage. `code` 'wrong-passphrase'. */
  unsealing(): string;
}

/** `code` 'not-an-agency'. */
export function openAgency(directory: string, passphrase?: string): Agency {
  const read = (file: string): string => readLimited(join(directory, file), MAX_FILE_BYTES, 'not-an-agency');
  const key = (file: string): string => openKey(read(file), passphrase, join(directory, file));
  const value = parse(read(AGENCY_FILES.about), directory);
  requireId(value.id);
  const certificate = read(AGENCY_FILES.issuing);
  return {
    about: value,
    root: read(AGENCY_FILES.root),
    recipients: loadLines(directory, AGENCY_FILES.recipients),
    ledger: new IssuedLedger(join(directory, AGENCY_FILES.ledger)),
    issuer: () => ({ certificate, key: key(AGENCY_FILES.issuingKey) }),
    unsealing: () => key(AGENCY_FILES.agencyAgeKey),
  };
}

function parse(text: string, directory: string): Static<typeof About> {
  try {
    const value: unknown = JSON.parse(text);
    if (about.Check(value)) return value;
  } catch {
    // told below
  }
  throw new ProvisioningError('not-an-agency', `${join(directory, AGENCY_FILES.about)} is damaged`);
}
