import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Refusal } from '@mingjing/protocol';
import { requirePeer, tlsOptions, type Log, type TlsIdentity } from '@mingjing/runtime';
import { DeviceError } from '../../core/errors.ts';
import type { DockingDesk, DockingLink } from '../../ports/docking-link.ts';
import { DockingRoutes } from './docking-routes.ts';
import { asRefusal, Refused, sendJson } from './exchange.ts';

export interface DockingAddress {
  readonly host: string;
  /** 0: one is picked when the process starts, and kept. */
  readonly port: number;
}

const MAX_CONNECTIONS = 16;

/**
 * The camera's end of the docking line: HTTPS with TLS 1.3, both sides shown. Only a dock of our own agency is
 * answered. There is no listening socket while the camera is not docked.
 */
export class HttpsDocking implements DockingLink {
  readonly port: number;
  readonly #host: string;
  readonly #identity: TlsIdentity;
  readonly #desk: DockingDesk;
  readonly #routes: DockingRoutes;
  readonly #log: Log;
  readonly #inHand = new Set<Promise<void>>();
  #server: Server | undefined;

  private constructor(host: string, port: number, identity: TlsIdentity, desk: DockingDesk, log: Log) {
    this.#host = host;
    this.port = port;
    this.#identity = identity;
    this.#desk = desk;
    this.#routes = new DockingRoutes(desk);
    this.#log = log;
  }

  static async create(
    address: DockingAddress,
    identity: TlsIdentity,
    desk: DockingDesk,
    log: Log,
  ): Promise<HttpsDocking> {
    const port = address.port === 0 ? await pickPort(address.host) : address.port;
    return new HttpsDocking(address.host, port, identity, desk, log);
  }

  get attached(): boolean {
    return this.#server !== undefined;
  }

  async attach(): Promise<void> {
    if (this.#server !== undefined) return;
    this.#desk.docked();
    const server = createServer(
      {
        ...tlsOptions(this.#identity),
        handshakeTimeout: 10_000,
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        keepAliveTimeout: 30_000,
        maxHeaderSize: 8 * 1024,
        sessionTimeout: 1, // a resumed session would not be asked for its name again
      },
      (request, response) => this.#take(request, response),
    );
    server.maxConnections = MAX_CONNECTIONS;
    server.setTimeout(60_000);
    server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      // A dock that only looks whether somebody is there hangs up before it says anything.
      const level = error.code === 'ECONNRESET' ? 'debug' : 'warn';
      this.#log[level]({ reason: error.message }, 'a line was refused');
    });
    this.#server = server;
    try {
      await listen(server, this.port, this.#host);
    } catch (cause) {
      this.#server = undefined;
      throw new DeviceError('port-taken', `port ${this.port} of ${this.#host} cannot be listened on`, {
        cause,
      });
    }
  }

  async detach(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    await Promise.all(this.#inHand);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const served = this.#serve(request, response).finally(() => this.#inHand.delete(served));
    this.#inHand.add(served);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!(request.socket instanceof TLSSocket)) throw new Refused('not-allowed', 'TLS is required');
      const { name } = requirePeer(request.socket, this.#identity, ['dock']);
      await this.#routes.serve(request, response, name.id);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const refused = asRefusal(error);
    const detail = { method: request.method, code: refused.code, err: error };
    if (refused.code === 'internal') this.#log.error(detail, 'a request failed');
    else this.#log.warn({ ...detail, err: undefined, reason: refused.message }, 'a request was refused');
    const body: Refusal = { code: refused.code, message: refused.message.slice(0, 1000) };
    // What is left of an unread body is not waited for.
    const close = request.complete ? {} : { connection: 'close' };
    sendJson(response, body, refused.status, { ...refused.headers, ...close });
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A port outside the kernel's range for outgoing lines, so that nobody is given it while we are not docked. */
async function pickPort(host: string): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createTcpServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, host, () => resolve((probe.address() as AddressInfo).port === port));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
  throw new DeviceError('port-taken', `no free port was found on ${host}`);
}
