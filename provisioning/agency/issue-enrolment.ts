import { createHash, X509Certificate } from 'node:crypto';
import {
  certificateUri,
  readCertificate,
  type CertificateName,
  type CertificateUse,
} from '@mingjing/protocol';
import { openSigningRequest, type SigningRequest } from '../adapters/signing-request.ts';
import { issueMachine, type Issuer } from '../adapters/x509.ts';
import { ProvisioningError } from '../core/errors.ts';
import { requireHosts } from '../core/hosts.ts';
import { certificateName, describeMachine, requestUnit, type Machine } from '../core/machine.ts';
import { validity, YEARS, type Validity } from '../core/validity.ts';
import { machineOf, type EnrolmentRequest, type EnrolmentResponse } from '../enrolment/files.ts';
import type { Issued } from './issued-ledger.ts';
import type { Agency } from './open-agency.ts';

interface Made {
  readonly use: CertificateUse;
  readonly pem: string;
  readonly issued: Issued;
}

/**
 * At the agency: certificates for the machine that the person here names; the request has no say in who it is,
 * only in which keys it holds. What is issued is in the ledger, durably, before it is given out.
 * `code`: 'other-machine', 'bad-csr', 'key-reused', 'epoch-taken', 'locked', 'wrong-passphrase', 'bad-argument'.
 */
export async function issueEnrolment(
  agency: Agency,
  machine: Machine,
  request: EnrolmentRequest,
  options: { hosts?: readonly string[]; now?: Date } = {},
): Promise<EnrolmentResponse> {
  const asked = machineOf(request);
  if (describeMachine(asked) !== describeMachine(machine)) {
    const message = `the request is for ${describeMachine(asked)}, not for ${describeMachine(machine)}`;
    throw new ProvisioningError('other-machine', message);
  }
  const hosts = requireHosts(options.hosts ?? []);
  const issuer = agency.issuer();
  const made: Made[] = [];
  for (const use of ['tls', 'evidence'] as const) {
    const pem = request[use];
    if (pem === undefined) continue;
    const opened = await openFor(pem, use, machine);
    const name = certificateName(agency.about.id, use, machine);
    made.push(await make(name, opened, hosts, issuer, options.now ?? new Date()));
  }
  agency.ledger.append(made.map(({ issued }) => issued));
  return respond(agency, machine, made, issuer);
}

async function openFor(pem: string, use: CertificateUse, machine: Machine): Promise<SigningRequest> {
  const opened = await openSigningRequest(pem);
  const unit = requestUnit(use, machine);
  if (opened.commonName !== machine.id || opened.unit !== unit) {
    throw new ProvisioningError(
      'other-machine',
      `a signing request is for ${JSON.stringify(opened.commonName)} (${JSON.stringify(opened.unit)}), ` +
        `not for ${machine.id} (${unit})`,
    );
  }
  return opened;
}

async function make(
  name: CertificateName,
  { publicKey }: SigningRequest,
  hosts: readonly string[],
  issuer: Issuer,
  now: Date,
): Promise<Made> {
  const limits = validity(now, YEARS[name.use], validityOf(issuer.certificate));
  const pem = await issueMachine({ name, hosts, publicKey, validity: limits, issuer });
  const { serial, notAfter, fingerprint } = readCertificate(pem);
  const issued = {
    at: now.toISOString(),
    serial,
    uri: certificateUri(name),
    notAfter: notAfter.toISOString(),
    fingerprint,
    key: createHash('sha256').update(publicKey).digest('hex'),
  };
  return { use: name.use, pem, issued };
}

function respond(agency: Agency, machine: Machine, made: readonly Made[], issuer: Issuer): EnrolmentResponse {
  const chainOf = (use: CertificateUse): string[] | undefined => {
    const leaf = made.find((one) => one.use === use);
    return leaf === undefined ? undefined : [leaf.pem, issuer.certificate];
  };
  const evidence = chainOf('evidence');
  return {
    format: 'mingjing/enrolment-response/1',
    agency: agency.about,
    ...machine,
    tls: chainOf('tls') ?? [],
    ...(evidence === undefined ? {} : { evidence }),
    root: agency.root,
    ...(machine.role === 'camera' ? { recipients: [...agency.recipients] } : {}),
  };
}

function validityOf(pem: string): Validity {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { notBefore: new Date(validFrom), notAfter: new Date(validTo) };
}
