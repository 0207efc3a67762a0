import type { IncomingMessage } from 'node:http';
import {
  CameraCondition,
  CareOutcome,
  DeviceIdentity,
  JournalPage,
  MAX_JOURNAL_BODY_BYTES,
  ReceiptOutcome,
  TimeOutcome,
  type ArchiveNote,
  type Certificate,
  type DockNote,
  type ReceiptDelivery,
  type TimeClaim,
} from '@mingjing/protocol';
import { Compile } from 'typebox/compile';
import {
  claimedName,
  collect,
  Downloads,
  endpointOf,
  HttpsPeer,
  PeerNotTrusted,
  RuntimeError,
  type BodyAnswer,
  type PeerRequest,
  type TlsIdentity,
} from '@mingjing/runtime';
import { BayFailure } from '../core/failures.ts';
import type { CameraLink, Identified } from '../ports/camera-link.ts';

interface Shape<T> {
  Check(value: unknown): value is T;
}
const identityShape = Compile(DeviceIdentity);
const pageShape = Compile(JournalPage);
const outcomeShape = Compile(ReceiptOutcome);
const timeShape = Compile(TimeOutcome);
const conditionShape = Compile(CameraCondition);
const careShape = Compile(CareOutcome);
const MAX_IDENTITY_BYTES = 128 * 1024;
const MAX_OUTCOME_BYTES = 16 * 1024;
/** For a look at whose certificate was refused. */
const CLAIM_MS = 5_000;

/** The camera's docking link (protocol/wire/http.ts) over mutual TLS. */
export class HttpsCamera implements CameraLink {
  readonly #url: string;
  readonly #agency: string;
  readonly #peer: HttpsPeer;
  readonly #objects: Downloads;

  constructor(url: string, identity: TlsIdentity, idleMs?: number) {
    this.#url = url;
    this.#agency = identity.certificate.name.agency;
    this.#peer = new HttpsPeer(url, identity, 'camera', idleMs);
    this.#objects = new Downloads(this.#peer, url, identity, 'camera', idleMs);
  }

  async identify(signal: AbortSignal): Promise<Identified> {
    const request = { method: 'GET', path: '/v1/identity', signal } as const;
    try {
      return await this.#peer.exchange(request, async (answer, { name, issuer, serial }) => ({
        line: name,
        issued: { issuer, serial },
        claims: await read(answer, identityShape, MAX_IDENTITY_BYTES),
      }));
    } catch (error) {
      throw await this.#explained(error);
    }
  }

  async journal(
    device: string,
    epoch: number,
    from: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<JournalPage> {
    const path = `/v1/journal?epoch=${epoch}&from=${from}&limit=${limit}`;
    return await this.#ask(device, { method: 'GET', path, signal }, pageShape, MAX_JOURNAL_BODY_BYTES);
  }

  async object<R>(
    device: string,
    object: string,
    signal: AbortSignal,
    use: (bytes: AsyncIterable<Uint8Array>) => Promise<R>,
    from = 0,
  ): Promise<R> {
    const headers = from === 0 ? {} : { range: `bytes=${from}-` };
    return await this.#objects.get({ path: `/v1/objects/${object}`, headers, signal }, async (answer) => {
      requireDevice(answer.peer, device);
      const skip = from - startOf(answer);
      return await use(skip === 0 ? answer.body : behind(answer.body, skip));
    });
  }

  async handReceipt(device: string, receipt: ReceiptDelivery, signal: AbortSignal): Promise<ReceiptOutcome> {
    const request = { method: 'POST', path: '/v1/receipts', json: receipt, signal } as const;
    return await this.#ask(device, request, outcomeShape, MAX_OUTCOME_BYTES);
  }

  async tellTime(device: string, claim: TimeClaim, signal: AbortSignal): Promise<TimeOutcome> {
    const request = { method: 'POST', path: '/v1/time', json: claim, signal } as const;
    return await this.#ask(device, request, timeShape, MAX_OUTCOME_BYTES);
  }

  async condition(device: string, signal: AbortSignal): Promise<CameraCondition> {
    const request = { method: 'GET', path: '/v1/condition', signal } as const;
    return await this.#ask(device, request, conditionShape, MAX_OUTCOME_BYTES);
  }

  async handPolicy(device: string, policy: ArchiveNote, signal: AbortSignal): Promise<CareOutcome> {
    const request = { method: 'POST', path: '/v1/policy', json: policy, signal } as const;
    return await this.#ask(device, request, careShape, MAX_OUTCOME_BYTES);
  }

  async handAnchor(device: string, checkpoint: ArchiveNote, signal: AbortSignal): Promise<CareOutcome> {
    const request = { method: 'POST', path: '/v1/anchor', json: checkpoint, signal } as const;
    return await this.#ask(device, request, careShape, MAX_OUTCOME_BYTES);
  }

  async handOver(device: string, assignment: DockNote, signal: AbortSignal): Promise<CareOutcome> {
    const request = { method: 'POST', path: '/v1/assignment', json: assignment, signal } as const;
    return await this.#ask(device, request, careShape, MAX_OUTCOME_BYTES);
  }

  close(): void {
    this.#objects.close();
    this.#peer.close();
  }

  /** Where no root of ours is above it, its certificate says at least whose it claims to be. */
  async #explained(error: unknown): Promise<unknown> {
    if (!(error instanceof PeerNotTrusted) || error.reason !== 'unknown') return error;
    const claim = await claimedName(endpointOf(this.#url), CLAIM_MS);
    if (claim === undefined || claim.agency === this.#agency) return error;
    const who = `${claim.role} ${claim.id} of agency ${claim.agency}`;
    return new PeerNotTrusted('agency', `it says it is ${who}: ${error.message}`, { cause: error });
  }

  async #ask<T>(device: string, what: PeerRequest, shape: Shape<T>, limit: number): Promise<T> {
    return await this.#exchange(device, what, (answer) => read(answer, shape, limit));
  }

  /** What `use` throws is its own affair: the peer would take it for a failure of this line. */
  async #exchange<R>(
    device: string,
    what: PeerRequest,
    use: (answer: IncomingMessage) => Promise<R>,
  ): Promise<R> {
    const outcome = await this.#peer.exchange(what, async (answer, peer) => {
      try {
        requireDevice(peer, device);
        return { value: await use(answer) };
      } catch (error) {
        answer.destroy();
        return { error };
      }
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
}

function requireDevice({ name: { id } }: Certificate, device: string): void {
  if (id !== device) throw new BayFailure('camera-changed', `camera ${id} is here now, not ${device}`);
}

async function read<T>(answer: IncomingMessage, shape: Shape<T>, limit: number): Promise<T> {
  const value = parse(await whole(answer, limit));
  if (shape.Check(value)) return value;
  throw new RuntimeError('peer-broke-protocol', 'an answer of the camera is out of schema');
}

async function whole(answer: IncomingMessage, limit: number): Promise<Uint8Array> {
  try {
    return await collect(answer, limit);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw new RuntimeError('peer-unreachable', 'the line broke in the middle of an answer', { cause: error });
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new RuntimeError('peer-broke-protocol', 'an answer of the camera is not JSON', { cause });
  }
}

/** First byte of an answer (RFC 9110, 14.4): a camera may give the whole where a part was asked for. */
function startOf({ status, headers }: BodyAnswer): number {
  if (status !== 206) return 0;
  const first = /^bytes ([0-9]{1,15})-/.exec(headers.get('content-range') ?? '')?.[1];
  if (first !== undefined) return Number(first);
  throw new RuntimeError('peer-broke-protocol', 'the camera says not which part it gives');
}

/** `skip`: bytes in front that nobody wants. */
async function* behind(
  bytes: AsyncIterable<Uint8Array>,
  skip: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (skip < 0) throw new RuntimeError('peer-broke-protocol', 'the camera gives another part than asked for');
  let left = skip;
  for await (const piece of bytes) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
