import {
  requireId,
  type CertificateName,
  type CertificateRole,
  type CertificateUse,
} from '@mingjing/protocol';
import { ProvisioningError } from './errors.ts';

/** A machine as the agency knows it, before it has a certificate. */
export interface Machine {
  readonly role: CertificateRole;
  readonly id: string;
  /** Cameras only: which evidence key of this camera, counted from 1. */
  readonly epoch?: number;
}

export const ROLES = ['camera', 'dock', 'archive'] as const satisfies readonly CertificateRole[];
const MAX_EPOCH = 999_999_999;

/** Checks what a person or a file calls a machine. A camera without an epoch begins with its first. */
export function requireMachine(role: string, id: string, epoch?: number): Machine {
  const known = ROLES.find((one) => one === role);
  if (known === undefined)
    throw new ProvisioningError('bad-argument', `no role ${JSON.stringify(role)}: ${ROLES.join(', ')}`);
  try {
    requireId(id);
  } catch (cause) {
    throw new ProvisioningError('bad-argument', `not an identifier (a-z, 0-9, -): ${JSON.stringify(id)}`, {
      cause,
    });
  }
  if (known !== 'camera') {
    if (epoch !== undefined) throw new ProvisioningError('bad-argument', `only cameras have epochs`);
    return { role: known, id };
  }
  const number = epoch ?? 1;
  if (!Number.isInteger(number) || number < 1 || number > MAX_EPOCH)
    throw new ProvisioningError('bad-argument', `an epoch counts from 1: ${number}`);
  return { role: known, id, epoch: number };
}

/** Every machine signs something of its own: a dock, what it has seen of the archive's custody log. */
export const USES = ['tls', 'evidence'] as const satisfies readonly CertificateUse[];

export function certificateName(agency: string, use: CertificateUse, machine: Machine): CertificateName {
  const { role, id, epoch } = machine;
  return { agency, use, role, id, ...(use === 'evidence' && epoch !== undefined ? { epoch } : {}) };
}

/**
 * The unit (OU) in a signing request's subject. The key signs it, so a request for one use or role cannot be
 * passed off as one for another; the id stands in CN.
 */
export function requestUnit(use: CertificateUse, machine: Machine): string {
  const { role, epoch } = machine;
  return use === 'evidence' && epoch !== undefined ? `${role} ${use} ${epoch}` : `${role} ${use}`;
}

export function describeMachine({ role, id, epoch }: Machine): string {
  return epoch === undefined ? `${role} ${id}` : `${role} ${id} (epoch ${epoch})`;
}
