import type { IncomingMessage } from 'node:http';
import {
  DeviceIdentity,
  JournalPage,
  MAX_JOURNAL_BODY_BYTES,
  ReceiptOutcome,
  TimeOutcome,
  type CertificateName,
  type ReceiptDelivery,
  type TimeClaim,
} from '@mingjing/protocol';
import { Compile } from 'typebox/compile';
import {
  collect,
  HttpsPeer,
  inBatches,
  RuntimeError,
  type PeerRequest,
  type TlsIdentity,
} from '@mingjing/runtime';
import { BayFailure } from '../core/failures.ts';
import type { CameraLink } from '../ports/camera-link.ts';

interface Shape<T> {
  Check(value: unknown): value is T;
}
const identityShape = Compile(DeviceIdentity);
const pageShape = Compile(JournalPage);
const outcomeShape = Compile(ReceiptOutcome);
const timeShape = Compile(TimeOutcome);
const MAX_IDENTITY_BYTES = 128 * 1024;
const MAX_OUTCOME_BYTES = 16 * 1024;

/** The camera's docking link (protocol/wire/http.ts) over mutual TLS. */
export class HttpsCamera implements CameraLink {
  readonly #peer: HttpsPeer;

  constructor(url: string, identity: TlsIdentity, idleMs?: number) {
    this.#peer = new HttpsPeer(url, identity, 'camera', idleMs);
  }

  async identify(signal: AbortSignal): Promise<{ line: CertificateName; claims: DeviceIdentity }> {
    return await this.#peer.exchange(
      { method: 'GET', path: '/v1/identity', signal },
      async (answer, line) => ({
        line,
        claims: await read(answer, identityShape, MAX_IDENTITY_BYTES),
      }),
    );
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
    const request = { method: 'GET', path: `/v1/objects/${object}`, headers, signal } as const;
    return await this.#exchange(device, request, async (answer) => {
      try {
        return await use(pieces(answer, from - startOf(answer)));
      } finally {
        if (!answer.readableEnded) answer.destroy();
      }
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

  close(): void {
    this.#peer.close();
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
    const outcome = await this.#peer.exchange(what, async (answer, line) => {
      try {
        requireDevice(line, device);
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

function requireDevice({ id }: CertificateName, device: string): void {
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
function startOf({ statusCode, headers }: IncomingMessage): number {
  if (statusCode !== 206) return 0;
  const first = /^bytes ([0-9]{1,15})-/.exec(headers['content-range'] ?? '')?.[1];
  if (first !== undefined) return Number(first);
  throw new RuntimeError('peer-broke-protocol', 'the camera says not which part it gives');
}

/** `skip`: bytes in front that nobody wants. */
async function* pieces(answer: IncomingMessage, skip: number): AsyncGenerator<Uint8Array, void, undefined> {
  if (skip < 0) throw new RuntimeError('peer-broke-protocol', 'the camera gives another part than asked for');
  let left = skip;
  try {
    for await (const piece of inBatches(answer)) {
      if (piece.length > left) yield piece.subarray(left);
      left = Math.max(0, left - piece.length);
    }
  } catch (cause) {
    throw new RuntimeError('peer-unreachable', 'the line broke in the middle of an object', { cause });
  }
}
