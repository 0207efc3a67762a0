import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitPem, type CertificateRole } from '@mingjing/protocol';
import {
  AGENCY_FILES,
  createAgency,
  enrolLocally,
  openAgency,
  requireMachine,
} from '../../provisioning/index.ts';

export interface TestAgency {
  /** A temporary directory; the agency is in `agency/`, enrolled machines in `<role>-<id>[-<epoch>]/`. */
  readonly dir: string;
  /** Its id. */
  readonly agency: string;
  /** PEM. */
  readonly roots: readonly string[];
  /** age recipients of the footage. */
  readonly recipients: readonly string[];
  /** The agency's age identity: opens the footage. */
  readonly unsealing: string;
  /** Enrols a machine by the real three steps; gives the path of its identity directory. */
  enrol(
    role: CertificateRole,
    id: string,
    options?: { epoch?: number; hosts?: readonly string[]; mayUnseal?: boolean; now?: Date },
  ): Promise<string>;
  /** Removes it all. */
  close(): void;
}

/** A whole agency with real keys and certificates, for tests. `now`: when it was founded. */
export async function makeTestAgency(id = 'testagency', now = new Date()): Promise<TestAgency> {
  const dir = mkdtempSync(join(tmpdir(), 'mingjing-agency-'));
  const directory = join(dir, 'agency');
  await createAgency({ directory, id, name: '测试机构 Test Agency', now });
  const agency = openAgency(directory);
  const unsealing = agency
    .unsealing()
    .split('\n')
    .find((line) => line.startsWith('AGE-SECRET-KEY-'));
  return {
    dir,
    agency: id,
    roots: splitPem(readFileSync(join(directory, AGENCY_FILES.root), 'utf8')),
    recipients: agency.recipients,
    unsealing: unsealing ?? '',
    enrol: async (role, machine, { epoch, ...options } = {}) => {
      const wanted = requireMachine(role, machine, epoch);
      const out = join(dir, epoch === undefined ? `${role}-${machine}` : `${role}-${machine}-${epoch}`);
      await enrolLocally(agency, wanted, out, options);
      return out;
    },
    close: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
