import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Id, Text } from '@mingjing/protocol';
import { readLimited } from '../adapters/private-files.ts';
import { ProvisioningError } from '../core/errors.ts';
import { requireMachine, type Machine } from '../core/machine.ts';

/**
 * The two files that travel between a machine and its agency. Neither holds a secret; both are hostile until
 * checked. The way they are carried (by hand) and the person who names the machine at the agency are what
 * binds them to a real camera.
 */
const MAX_FILE_BYTES = 128 * 1024;
const closed = { additionalProperties: false } as const;
const Pem = Type.String({ minLength: 1, maxLength: 8 * 1024 });
const Chain = Type.Array(Pem, { minItems: 1, maxItems: 4 });
const machine = {
  role: Type.Union([Type.Literal('camera'), Type.Literal('dock'), Type.Literal('archive')]),
  id: Id,
  epoch: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999 })),
};

export const EnrolmentRequest = Type.Object(
  {
    format: Type.Literal('mingjing/enrolment-request/1'),
    ...machine,
    /** PKCS #10, PEM. */
    tls: Pem,
    evidence: Type.Optional(Pem),
  },
  closed,
);
export type EnrolmentRequest = Static<typeof EnrolmentRequest>;

export const EnrolmentResponse = Type.Object(
  {
    format: Type.Literal('mingjing/enrolment-response/1'),
    agency: Type.Object({ id: Id, name: Text }, closed),
    ...machine,
    /** Leaf first. */
    tls: Chain,
    evidence: Type.Optional(Chain),
    root: Pem,
    /** age recipients: cameras only. */
    recipients: Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { minItems: 2, maxItems: 16 })),
  },
  closed,
);
export type EnrolmentResponse = Static<typeof EnrolmentResponse>;

const request = Compile(EnrolmentRequest);
const response = Compile(EnrolmentResponse);

/** `code` 'bad-request'. */
export function readRequest(path: string): EnrolmentRequest {
  const value = readJson(path, 'bad-request');
  if (!request.Check(value)) throw new ProvisioningError('bad-request', `${path} is no enrolment request`);
  requireUses(value, 'bad-request');
  return value;
}

/** `code` 'bad-response'. */
export function readResponse(path: string): EnrolmentResponse {
  const value = readJson(path, 'bad-response');
  if (!response.Check(value)) throw new ProvisioningError('bad-response', `${path} is no enrolment response`);
  requireUses(value, 'bad-response');
  return value;
}

/** The machine a file speaks of. */
export function machineOf(file: EnrolmentRequest | EnrolmentResponse): Machine {
  return requireMachine(file.role, file.id, file.epoch);
}

function requireUses(file: EnrolmentRequest | EnrolmentResponse, code: 'bad-request' | 'bad-response'): void {
  if (file.evidence === undefined || (file.role === 'camera') !== (file.epoch !== undefined))
    throw new ProvisioningError(code, `not what a ${file.role} is enrolled with`);
}

function readJson(path: string, code: 'bad-request' | 'bad-response'): unknown {
  const text = readLimited(path, MAX_FILE_BYTES, code);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProvisioningError(code, `${path} is not JSON`, { cause });
  }
}
