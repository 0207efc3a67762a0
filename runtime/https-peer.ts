import { Agent, request, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  Refusal,
  REFUSALS,
  type Certificate,
  type CertificateRole,
  type RefusalCode,
} from '@mingjing/protocol';
import { endpointOf } from './endpoint.ts';
import { asPeerError, PeerNotTrusted, RuntimeError } from './errors.ts';
import type { TlsIdentity } from './identity.ts';
import { nameCheck, requirePeer, tlsOptions } from './mutual-tls.ts';

/** The peer said no, in its own word. */
export class PeerRefusal extends RuntimeError {
  readonly refusal: RefusalCode;

  constructor(refusal: RefusalCode, message: string) {
    super('peer-refused', message);
    this.name = 'PeerRefusal';
    this.refusal = refusal;
  }
}

export interface PeerRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value, or bytes with their number. A piece is read no more once the next is asked for. */
  readonly json?: unknown;
  readonly body?: { readonly bytes: AsyncIterable<Uint8Array>; readonly length: number };
  /** Breaks the line off, also in the middle of an answer. */
  readonly signal?: AbortSignal;
}

export const IDLE_MS = 20_000;
export const MAX_REFUSAL_BYTES = 16 * 1024;
const refusal = Compile(Refusal);

/**
 * The client's end of a mutually authenticated HTTPS line to one machine of our agency. Answers are held to a
 * size and a schema. `code`: 'peer-unreachable', 'peer-timeout', 'peer-not-trusted', 'peer-refused',
 * 'peer-broke-protocol'.
 */
export class HttpsPeer {
  readonly #options: RequestOptions;
  readonly #agent: Agent;
  readonly #identity: TlsIdentity;
  readonly #role: CertificateRole;
  readonly #idleMs: number;

  constructor(url: string, identity: TlsIdentity, role: CertificateRole, idleMs = IDLE_MS) {
    const { host, port } = endpointOf(url);
    this.#identity = identity;
    this.#role = role;
    this.#idleMs = idleMs;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      maxCachedSessions: 0, // a resumed session would not be asked for its name again
      ...tlsOptions(identity),
      checkServerIdentity: nameCheck(identity, role),
    });
    this.#options = { host, port, agent: this.#agent };
  }

  /** The answer's JSON, checked; at most `limit` bytes. */
  async json<T extends TSchema>(what: PeerRequest, schema: T, limit: number): Promise<Static<T>> {
    const text = await this.exchange(what, (answer) => collect(answer, limit));
    const value = parse(text);
    const validator = Compile(schema);
    if (!validator.Check(value))
      throw new RuntimeError('peer-broke-protocol', `${what.path}: the answer is out of schema`);
    return value;
  }

  /**
   * Sends a request and hands a successful answer's stream to `use`, with the certificate of who answered; the line is free
   * again when that ends.
   */
  async exchange<R>(
    what: PeerRequest,
    use: (answer: IncomingMessage, peer: Certificate) => Promise<R>,
  ): Promise<R> {
    const { answer, peer, outgoing } = await this.#send(what);
    try {
      if ((answer.statusCode ?? 500) >= 400) throw await readRefusal(answer, what);
      return await use(answer, peer);
    } catch (error) {
      answer.destroy();
      throw asPeerError(error, what.path);
    } finally {
      // Answered before its end: the rest is not sent, and the line is of no more use.
      if (!outgoing.writableEnded) outgoing.destroy();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(what: PeerRequest): Promise<Answer> {
    const json = what.json === undefined ? undefined : JSON.stringify(what.json);
    const headers: Record<string, string> = { ...what.headers };
    if (json !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(json));
    } else if (what.body !== undefined) {
      headers['content-type'] ??= 'application/octet-stream';
      headers['content-length'] = String(what.body.length);
    }
    const outgoing = request({
      ...this.#options,
      method: what.method,
      path: what.path,
      headers,
      timeout: this.#idleMs,
      ...(what.signal === undefined ? {} : { signal: what.signal }),
    });
    const answered = new Promise<Answer>((resolve, reject) => {
      const fail = (error: unknown): void => reject(asPeerError(error, what.path));
      outgoing.once('response', (answer) => {
        try {
          // Now, while the line is up: once it has closed it no longer says whose it was.
          if (!(answer.socket instanceof TLSSocket)) throw new PeerNotTrusted('unknown', 'not a TLS line');
          const peer = requirePeer(answer.socket, this.#identity, [this.#role]);
          resolve({ answer, peer, outgoing });
        } catch (error) {
          outgoing.destroy();
          fail(error);
        }
      });
      outgoing.on('error', fail);
      outgoing.once('timeout', () =>
        outgoing.destroy(new RuntimeError('peer-timeout', `${what.path}: no byte for ${this.#idleMs} ms`)),
      );
    });
    if (what.body === undefined) outgoing.end(json);
    else pour(what.body.bytes, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
    return await answered;
  }
}

interface Answer {
  readonly answer: IncomingMessage;
  readonly peer: Certificate;
  readonly outgoing: ClientRequest;
}

/** Piece by piece, each once the one before has left this process. An early answer ends it; the answer tells why. */
async function pour(bytes: AsyncIterable<Uint8Array>, outgoing: ClientRequest): Promise<void> {
  const early = { answer: false };
  let wake: (() => void) | undefined;
  outgoing.once('response', () => (early.answer = true));
  outgoing.once('close', () => wake?.());
  for await (const piece of bytes) {
    if (early.answer || outgoing.destroyed) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
      outgoing.write(piece, () => resolve());
    });
  }
  if (!outgoing.destroyed) outgoing.end();
}

export async function collect(answer: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer) {
    length += part.length;
    if (length > limit)
      throw new RuntimeError('peer-broke-protocol', `an answer of more than ${limit} bytes`);
    parts.push(new Uint8Array(part)); // its memory may be used again
  }
  return Buffer.concat(parts);
}

async function readRefusal(answer: IncomingMessage, { method, path }: PeerRequest): Promise<RuntimeError> {
  const text = await collect(answer, MAX_REFUSAL_BYTES);
  const status = answer.statusCode ?? 0;
  // The answer to HEAD has no body to tell why.
  if (method === 'HEAD' && status === REFUSALS['not-found']) return new PeerRefusal('not-found', path);
  if (method === 'HEAD' && status === REFUSALS.busy) return new PeerRefusal('busy', path);
  if (method === 'HEAD') return withoutCode(status, path);
  return refusalOf(status, text, path);
}

/** Of an answer that is no success. */
export function refusalOf(status: number, text: Buffer, path: string): RuntimeError {
  const value = parse(text);
  return refusal.Check(value)
    ? new PeerRefusal(value.code, `${path}: ${value.message}`)
    : withoutCode(status, path);
}

function withoutCode(status: number, path: string): RuntimeError {
  return new RuntimeError('peer-broke-protocol', `${path}: status ${status} without a refusal code`);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new RuntimeError('peer-broke-protocol', 'the answer is not JSON', { cause });
  }
}
