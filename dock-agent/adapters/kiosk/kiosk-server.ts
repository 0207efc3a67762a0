import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestRefused, sendJson, type Log } from '@mingjing/runtime';
import type { Clock } from '../../ports/clock.ts';
import type { IssueDesk } from '../../ports/issue-desk.ts';
import type { ServiceDesk } from '../../ports/service-desk.ts';
import type { Station } from '../../ports/station.ts';
import { DeskRoutes } from './desk-routes.ts';
import { EventStream } from './event-stream.ts';
import { isFirmHost, isForeign, isLoopback } from './origins.ts';
import { readPageFiles } from './page-files.ts';
import { refuse } from './requests.ts';
import { ServiceRoutes } from './service-routes.ts';
import { TechnicianDoor } from './technician-door.ts';

const LIMITS = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
};
const MAX_CONNECTIONS = 32;
const MAX_PAGES = 6;
/** Views come at most so often. */
const VIEW_EVERY_MS = 200;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export interface KioskOptions {
  /** This dock's name. */
  readonly name: string;
  readonly station: Station;
  /** undefined: the page neither gives out cameras nor takes them back. */
  readonly desk?: IssueDesk | undefined;
  /** undefined: there is no service page. `isRight` says whether this is the technician's passphrase. */
  readonly service?:
    { readonly desk: ServiceDesk; readonly isRight: (passphrase: string) => Promise<boolean> } | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The kiosk's page in plain HTTP, meant for the loopback. Anybody who reaches it may look, as anybody in the station room
 * may. On any other address it shows and does nothing: PIN and passphrase cross no network.
 */
export class KioskServer {
  readonly #options: KioskOptions;
  readonly #server: Server;
  readonly #page = readPageFiles();
  readonly #events: EventStream;
  #desk: DeskRoutes | undefined;
  #service: ServiceRoutes | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.#server = createServer(LIMITS, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => refuse(response, error, options.log));
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#events = new EventStream(MAX_PAGES, String(this.#wall()), () => ({ at: this.#wall() }));
  }

  /** Gives the address of the page. */
  async listen(port: number, host: string): Promise<string> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const { port: bound } = this.#server.address() as AddressInfo;
    const { station, desk, service, clock, log } = this.#options;
    if (isLoopback(host)) {
      const now = (): number => clock.now();
      this.#desk = desk && new DeskRoutes(desk, now);
      this.#service =
        service &&
        new ServiceRoutes(
          service.desk,
          new TechnicianDoor(service.isRight, now),
          `mingjing-kiosk-${bound}`,
          log,
        );
    }
    // What comes within the pause is told at its end: the newest alone.
    this.#unwatch = station.watch(() => {
      this.#timer ??= setTimeout(() => this.#tell(), VIEW_EVERY_MS);
    });
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    clearTimeout(this.#timer);
    this.#events.close();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #tell(): void {
    this.#timer = undefined;
    if (this.#events.pages > 0) this.#events.send('station', this.#view());
  }

  #view(): unknown {
    return { at: this.#wall(), ...this.#options.station.view() };
  }

  #wall(): number {
    return Date.parse(this.#options.clock.wall());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isFirmHost(request.headers.host) || isForeign(request))
      throw new RequestRefused('not-allowed', 'only the page of this dock is answered');
    const [path = ''] = (request.url ?? '').split('?', 1);
    const what = `${request.method ?? ''} ${path}`;
    if (path.startsWith('/service/') && this.#service !== undefined)
      await this.#service.answer(what, request, response);
    else if (request.method === 'GET') this.#show(path, response);
    else if (request.method === 'POST' && this.#desk !== undefined)
      sendJson(response, 200, await this.#desk.answer(path, request));
    else throw new RequestRefused('not-found', `there is no ${what}`);
  }

  #show(path: string, response: ServerResponse): void {
    if (path === '/events') {
      this.#openEvents(response);
      return;
    }
    const file = this.#page.files.get(path === '/' ? '/web/index.html' : path);
    if (file === undefined) throw new RequestRefused('not-found', 'nothing is here');
    response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
    response.end(file.bytes);
  }

  /** All of it, whatever `Last-Event-ID` says: each event is the whole, so what was missed is in it. */
  #openEvents(response: ServerResponse): void {
    const hello = {
      edition: this.#page.edition,
      name: this.#options.name,
      desk: this.#desk !== undefined,
      service: this.#service !== undefined,
    };
    this.#events.open(response, { hello, station: this.#view() });
  }
}
