import { issueEnrolment } from '../agency/issue-enrolment.ts';
import type { Agency } from '../agency/open-agency.ts';
import { ProvisioningError } from '../core/errors.ts';
import type { Machine } from '../core/machine.ts';
import { installEnrolment } from './install-enrolment.ts';
import { requestEnrolment } from './request-enrolment.ts';

export interface LocalEnrolment {
  readonly hosts?: readonly string[];
  /** Archives only: put the agency's age identity there, so that this machine can play footage. */
  readonly mayUnseal?: boolean;
  readonly now?: Date;
}

/** The three steps on one machine, into `directory`. */
export async function enrolLocally(
  agency: Agency,
  machine: Machine,
  directory: string,
  options: LocalEnrolment = {},
): Promise<void> {
  if (options.mayUnseal === true && machine.role !== 'archive')
    throw new ProvisioningError('bad-argument', 'only an archive may be given the key that opens footage');
  const request = await requestEnrolment(directory, machine);
  const response = await issueEnrolment(agency, machine, request, options);
  const unsealing = options.mayUnseal === true ? { unsealing: agency.unsealing() } : {};
  installEnrolment(directory, response, unsealing);
}
