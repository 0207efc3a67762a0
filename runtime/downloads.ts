import type { IncomingHttpHeaders } from 'node:http';
import { isIPv6 } from 'node:net';
import type { CertificateRole } from '@mingjing/protocol';
import { inBatches } from './batches.ts';
import { BodyLine, NoPlainLength, type BodyAnswer } from './body-line.ts';
import { endpointOf, type Endpoint } from './endpoint.ts';
import { asPeerError, RuntimeError } from './errors.ts';
import {
  collect,
  IDLE_MS,
  MAX_REFUSAL_BYTES,
  refusalOf,
  type HttpsPeer,
  type PeerRequest,
} from './https-peer.ts';
import type { TlsIdentity } from './identity.ts';

export type Download = Pick<PeerRequest, 'path' | 'headers' | 'signal'>;

/**
 * Large bodies from one machine of our agency, on {@link BodyLine}s. A machine that does not say their length in front
 * (RFC 9112 allows it) is asked again through `peer`, which takes whatever HTTP allows. Fails as {@link HttpsPeer} does.
 */
export class Downloads {
  readonly #peer: HttpsPeer;
  readonly #endpoint: Endpoint;
  readonly #identity: TlsIdentity;
  readonly #role: CertificateRole;
  readonly #idleMs: number;
  #lines: BodyLine[] = [];
  #plain = true;

  constructor(peer: HttpsPeer, url: string, identity: TlsIdentity, role: CertificateRole, idleMs = IDLE_MS) {
    this.#peer = peer;
    this.#endpoint = endpointOf(url);
    this.#identity = identity;
    this.#role = role;
    this.#idleMs = idleMs;
  }

  /**
   * Hands the bytes to `use` as they come. What `use` throws comes out as it is. Of what it does not read the rest is not
   * waited for.
   */
  async get<R>(what: Download, use: (answer: BodyAnswer) => Promise<R>): Promise<R> {
    try {
      if (this.#plain) return await this.#onLine(what, use);
    } catch (error) {
      if (!(error instanceof NoPlainLength)) throw error;
      this.#plain = error.status >= 400; // a refusal alone says little
    }
    return await this.#throughPeer(what, use);
  }

  close(): void {
    for (const line of this.#lines) line.destroy(new Error('closed'));
    this.#lines = [];
  }

  async #onLine<R>(what: Download, use: (answer: BodyAnswer) => Promise<R>): Promise<R> {
    const { path, signal } = what;
    if (signal?.aborted === true) throw asPeerError(signal.reason, path);
    const line = this.#lines.find(({ free }) => free) ?? this.#openLine();
    const abort = (): void => line.destroy(signal?.reason);
    signal?.addEventListener('abort', abort);
    try {
      const answer = await line.ask(this.#headOf(what));
      try {
        if (answer.status < 400) return await use(answer);
        throw refusalOf(answer.status, await collect(answer.body, MAX_REFUSAL_BYTES), path);
      } finally {
        await answer.body.return?.();
      }
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async #throughPeer<R>(what: Download, use: (answer: BodyAnswer) => Promise<R>): Promise<R> {
    const outcome = await this.#peer.exchange({ method: 'GET', ...what }, async (answer, peer) => {
      const body = told(inBatches(answer), what.path);
      const { statusCode: status = 0, headers } = answer;
      try {
        return { value: await use({ status, headers: asMap(headers), peer, body }) };
      } catch (error) {
        return { error }; // its own affair: the peer would take it for a failure of the line
      } finally {
        if (!answer.readableEnded) answer.destroy();
      }
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  #openLine(): BodyLine {
    const line = new BodyLine(this.#endpoint, this.#identity, this.#role, this.#idleMs);
    this.#lines = [...this.#lines.filter(({ gone }) => !gone), line];
    return line;
  }

  #headOf({ path, headers }: Download): string {
    const { host, port } = this.#endpoint;
    const name = isIPv6(host) ? `[${host.replace(/%.*/, '')}]` : host;
    const all = Object.entries({ host: `${name}:${port}`, ...headers });
    const lines = [`GET ${path} HTTP/1.1`, ...all.map(([key, value]) => `${key}: ${value}`)];
    if (/\s/.test(path) || lines.some((line) => /[^\x20-\x7e]/.test(line)))
      throw new RuntimeError('bad-config', `${path}: not to be asked for`);
    return `${lines.join('\r\n')}\r\n\r\n`;
  }
}

function asMap(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

async function* told(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* bytes;
  } catch (error) {
    throw asPeerError(error, path);
  }
}
