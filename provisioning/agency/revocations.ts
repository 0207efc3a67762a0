import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseCertificateUri } from '@mingjing/protocol';
import { writeDurably } from '@mingjing/runtime';
import { withLockFile } from '../adapters/lock-file.ts';
import { readLimited } from '../adapters/private-files.ts';
import { issueRevocationList } from '../adapters/x509.ts';
import { ProvisioningError } from '../core/errors.ts';
import { describeMachine, type Machine } from '../core/machine.ts';
import { REVOCATION_DAYS } from '../core/validity.ts';
import type { Agency } from './open-agency.ts';

/** In the agency's directory: one JSON object a line for each certificate taken back. */
const REVOKED_LEDGER = 'revoked.jsonl';
const MAX_LEDGER_BYTES = 16 * 1024 * 1024;
const DAY_MS = 86_400_000;
/** Docks that read it may be anybody: it holds nothing secret. */
const LIST_MODE = 0o644;

const Revoked = Type.Object({ at: Type.String(), serial: Type.String(), uri: Type.String() });
export type Revoked = Static<typeof Revoked>;
const validator = Compile(Revoked);

/**
 * Takes back every certificate that was ever issued to a machine, of whatever use and epoch; durable when it returns.
 * The same again takes back what came since. `code` 'never-issued', 'not-an-agency', 'locked', 'storage-failed'.
 */
export function revokeMachine(
  directory: string,
  agency: Agency,
  machine: Machine,
  now = new Date(),
): readonly Revoked[] {
  const path = join(directory, REVOKED_LEDGER);
  return withLockFile(`${path}.lock`, () => {
    const before = readLedger(path);
    const issued = agency.ledger.read().filter(({ uri }) => {
      const name = parseCertificateUri(uri);
      return name?.role === machine.role && name.id === machine.id;
    });
    if (issued.length === 0)
      throw new ProvisioningError('never-issued', `nothing was ever issued to ${describeMachine(machine)}`);
    const fresh = issued
      .filter(({ serial }) => before.every((one) => one.serial !== serial))
      .map(({ serial, uri }) => ({ at: now.toISOString(), serial, uri }));
    writeDurably(path, [...before, ...fresh].map((one) => `${JSON.stringify(one)}\n`).join(''));
    return fresh;
  });
}

/** Signs the list of all that was taken back, good for `days`, and puts it in place whole. `code` 'wrong-passphrase', 'bad-argument'. */
export async function writeRevocations(
  directory: string,
  agency: Agency,
  out: string,
  { days = REVOCATION_DAYS.usual, now = new Date() }: { days?: number; now?: Date } = {},
): Promise<void> {
  if (days < 1 || days > REVOCATION_DAYS.most)
    throw new ProvisioningError('bad-argument', `a list is good for 1 to ${REVOCATION_DAYS.most} days`);
  const list = await issueRevocationList({
    issuer: agency.issuer(),
    number: now.getTime(),
    validity: { thisUpdate: now, nextUpdate: new Date(now.getTime() + days * DAY_MS) },
    revoked: readLedger(join(directory, REVOKED_LEDGER)).map(({ serial, at }) => ({
      serial,
      at: new Date(at),
    })),
  });
  writeDurably(out, list, LIST_MODE);
}

function readLedger(path: string): Revoked[] {
  if (!existsSync(path)) return [];
  const lines = readLimited(path, MAX_LEDGER_BYTES, 'not-an-agency').split('\n').slice(0, -1);
  return lines.map((line, n) => {
    const value = parse(line);
    if (validator.Check(value)) return value;
    throw new ProvisioningError('not-an-agency', `${path}: line ${n + 1} is damaged`);
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
