import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { REFUSALS, type CertificateRole, type RefusalCode } from '@mingjing/protocol';
import { httpsUrl, requirePeer, tlsOptions, type TlsIdentity } from '@mingjing/runtime';

export class Refused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string = code) {
    super(message);
    this.code = code;
  }
}

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<unknown>;

/** A real HTTPS server with mutual TLS, which can vanish and come back on its port. */
export class WireServer {
  readonly #identity: TlsIdentity;
  readonly #roles: readonly CertificateRole[];
  readonly #handler: Handler;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  readonly #host: string;

  constructor(
    identity: TlsIdentity,
    roles: readonly CertificateRole[],
    handler: Handler,
    host = '127.0.0.1',
  ) {
    this.#host = host;
    this.#identity = identity;
    this.#roles = roles;
    this.#handler = handler;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return httpsUrl({ host: this.#host, port: this.#port });
  }

  async open(port = this.#port): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer(tlsOptions(this.#identity), (request, response) => {
      void this.#answer(request, response);
    });
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#host, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** At once: the listener is gone, every line is cut. */
  async vanish(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      if (!(request.socket instanceof TLSSocket)) throw new Refused('not-allowed');
      requirePeer(request.socket, this.#identity, this.#roles);
      const value = await this.#handler(request, response, new URL(request.url ?? '/', 'https://here'));
      if (!response.headersSent) send(response, 200, value);
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const code = error instanceof Refused ? error.code : 'internal';
      const message = error instanceof Error ? error.message : 'failed';
      send(response, REFUSALS[code], { code, message });
    }
  }
}

export function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export async function body(request: IncomingMessage, limit = 32 * 1024 * 1024): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) throw new Refused('too-large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
