import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Compile } from 'typebox/compile';
import {
  fromDecimal,
  fromHex,
  MAX_PAGE_ENTRIES,
  ReceiptDelivery,
  REFUSALS,
  toBase64,
  type Refusal,
  type RefusalCode,
} from '@mingjing/protocol';
import { requirePeer, RuntimeError, tlsOptions, type Log, type TlsIdentity } from '@mingjing/runtime';
import { readRange } from '../core/byte-range.ts';
import { DeviceError } from '../core/errors.ts';
import type { DockingDesk, DockingLink, HeldBytes } from '../ports/docking-link.ts';

export interface DockingAddress {
  readonly host: string;
  /** 0: one is picked when the process starts, and kept. */
  readonly port: number;
}

/** A receipt with four certificates has under 8 KiB; the schema allows more. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 16;
const OBJECT_PATH = /^\/v1\/objects\/([0-9a-f]{64})$/;
const delivery = Compile(ReceiptDelivery);

/** What is refused, and with which status. */
class Refused extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, message: string, status?: number, headers = {}) {
    super(message);
    this.code = code;
    this.status = status ?? REFUSALS[code];
    this.headers = headers;
  }
}

/**
 * The camera's end of the docking line: HTTPS with TLS 1.3, both sides shown. Only a dock of our own agency is
 * answered. There is no listening socket while the camera is not docked.
 */
export class HttpsDocking implements DockingLink {
  readonly port: number;
  readonly #host: string;
  readonly #identity: TlsIdentity;
  readonly #desk: DockingDesk;
  readonly #log: Log;
  readonly #inHand = new Set<Promise<void>>();
  #server: Server | undefined;

  private constructor(host: string, port: number, identity: TlsIdentity, desk: DockingDesk, log: Log) {
    this.#host = host;
    this.port = port;
    this.#identity = identity;
    this.#desk = desk;
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
      requirePeer(request.socket, this.#identity, ['dock']);
      await this.#route(request, response);
    } catch (error) {
      this.#refuse(request, response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://camera');
    const what = `${request.method ?? ''} ${url.pathname}`;
    const object = OBJECT_PATH.exec(url.pathname)?.[1];
    if (what === 'GET /v1/identity') sendJson(response, this.#desk.identity());
    else if (what === 'GET /v1/journal') this.#sendJournal(url, response);
    else if (what === 'POST /v1/receipts') await this.#takeReceipt(request, response);
    else if (request.method === 'GET' && object !== undefined)
      await this.#sendObject(object, request, response);
    else throw new Refused('not-found', `there is no ${what}`);
  }

  #sendJournal({ searchParams }: URL, response: ServerResponse): void {
    const epoch = numberOf(searchParams, 'epoch');
    const limit = Math.min(MAX_PAGE_ENTRIES, numberOf(searchParams, 'limit', MAX_PAGE_ENTRIES));
    const from = numberOf(searchParams, 'from', 0);
    sendJson(response, granted(this.#desk.journal(epoch, from, limit), 'this run of the journal'));
  }

  async #sendObject(object: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const held: HeldBytes = granted(await this.#desk.object(object), `object ${object}`);
    const { size } = held;
    const range = readRange(request.headers.range, size);
    if (range.kind === 'malformed') throw new Refused('bad-request', 'one range of bytes at a time');
    if (range.kind === 'unsatisfiable') {
      const headers = { 'content-range': `bytes */${size}` };
      throw new Refused('bad-request', `the object has ${size} bytes`, 416, headers);
    }
    const part = range.kind === 'part';
    const { from, to } = part ? range : { from: 0, to: size };
    const body = await held.read(from, to);
    response.writeHead(part ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': to - from,
      'accept-ranges': 'bytes',
      'repr-digest': `sha-256=:${toBase64(fromHex(object))}:`, // RFC 9530
      etag: `"${object}"`,
      ...(part ? { 'content-range': `bytes ${from}-${to - 1}/${size}` } : {}),
    });
    await sendBody(body, response);
  }

  async #takeReceipt(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const value = parse(await readBody(request));
    if (!delivery.Check(value)) throw new Refused('bad-request', 'not a receipt delivery');
    sendJson(response, granted(await this.#desk.receipt(value), 'the receipt'));
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

function asRefusal(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (error instanceof RuntimeError && error.code === 'peer-not-trusted')
    return new Refused('not-allowed', error.message);
  return new Refused('internal', 'the camera could not do it');
}

function granted<T extends object>(answer: T | RefusalCode, what: string): T {
  if (typeof answer === 'string') throw new Refused(answer, `${what}: ${answer}`);
  return answer;
}

function numberOf(query: URLSearchParams, name: string, fallback?: number): number {
  const text = query.get(name);
  if (text === null && fallback !== undefined) return fallback;
  try {
    return fromDecimal(text ?? '');
  } catch {
    throw new Refused('bad-request', `${name} must be a plain decimal number`);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(): Refused {
  return new Refused('too-large', `a body has at most ${MAX_BODY_BYTES} bytes`);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refused('bad-request', 'the body is not JSON');
  }
}

function sendJson(response: ServerResponse, value: unknown, status = 200, headers = {}): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}

/** As fast as it is taken. Returns when the source, too, is done: also when the line was cut meanwhile. */
async function sendBody(body: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await takesMore(response);
  }
  response.end();
}

async function takesMore(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
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
