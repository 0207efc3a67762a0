import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJson, RequestRefused, sendJson, type Log } from '@mingjing/runtime';
import type { CameraView } from '../../core/camera-view.ts';
import type { Announcer } from '../../ports/announcer.ts';
import type { Buttons } from '../../ports/buttons.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CameraHands, Controls } from '../../ports/controls.ts';
import type { Signals } from '../../ports/signals.ts';
import type { SimulatedWorld } from '../../ports/simulated-world.ts';
import type { Viewfinder } from '../../ports/viewfinder.ts';
import { cookieOf, Doorkeeper, isForeign, isLoopbackHost } from './doorkeeper.ts';
import { EventStream } from './event-stream.ts';
import { PageAnnouncer, PageButtons, PageSignals } from './face.ts';
import { LivePicture } from './live-picture.ts';
import { readPageFiles } from './page-files.ts';
import { handOver } from './picture-response.ts';
import { readDock, readPush } from './presses.ts';
import { refuse } from './requests.ts';
import { readWorldChange } from './world-change.ts';

/** A browser opens at most six connections to a host; a page holds two of them. */
const MAX_PAGES = 3;
/** Views come at most so often. */
const VIEW_EVERY_MS = 100;
/** Long enough for the answer to reach the page, before there is nobody to send it. */
const POWER_CUT_MS = 50;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  'media-src blob:',
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

export interface WebCameraOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly world: SimulatedWorld;
  /** How this process is started again: shown when the battery was pulled. */
  readonly restart: string;
  /** Puts the link where the person finds it, and nobody else: at the start, and after each that was used. */
  readonly writeLink: (link: string) => void;
  readonly log: Log;
}

/**
 * The camera as a page on the loopback, in a simulated camera only: what it shows are the ports' own words, and its
 * buttons go down and up as real ones do. Only pages of its own origin, opened by the link, are answered.
 */
export class WebCamera implements Controls {
  readonly buttons: Buttons;
  readonly signals: Signals;
  readonly announcer: Announcer;
  readonly viewfinder: Viewfinder;
  readonly #options: WebCameraOptions;
  readonly #server: Server;
  readonly #files = readPageFiles();
  readonly #picture = new LivePicture(MAX_PAGES);
  readonly #buttons: PageButtons;
  readonly #signals: PageSignals;
  readonly #events: EventStream;
  readonly #door: Doorkeeper;
  readonly #cookie: string;
  #hands: CameraHands | undefined;
  #view: CameraView | undefined;
  #viewTimer: NodeJS.Timeout | undefined;
  #unwatch: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(server: Server, options: WebCameraOptions) {
    this.#options = options;
    this.#server = server;
    this.#buttons = new PageButtons(options.clock);
    this.#events = new EventStream(MAX_PAGES, (page) => this.#buttons.release(page));
    const tell = this.#events.send.bind(this.#events);
    this.#signals = new PageSignals(tell);
    this.buttons = this.#buttons;
    this.signals = this.#signals;
    this.announcer = new PageAnnouncer(tell);
    this.viewfinder = this.#picture;
    options.world.watch((state) => this.#events.send('world', state));
    // Cookies do not tell ports apart: their names do.
    this.#cookie = `mingjing-camera-${this.port}`;
    this.#door = new Doorkeeper((key) =>
      options.writeLink(`http://127.0.0.1:${this.port}/?key=${encodeURIComponent(key)}`),
    );
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch((error: unknown) => refuse(response, error, options.log));
    });
  }

  static async listen(options: WebCameraOptions): Promise<WebCamera> {
    const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8 * 1024 });
    server.maxConnections = 24;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, '127.0.0.1', resolve);
    });
    return new WebCamera(server, options);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the page shows this camera. */
  attend(hands: CameraHands): void {
    this.#hands = hands;
    this.#unwatch = hands.watch((view) => {
      this.#view = view;
      // What comes within the pause is told at its end: the newest alone.
      this.#viewTimer ??= setTimeout(() => this.#tellView(), VIEW_EVERY_MS);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#unwatch?.();
    if (this.#hands !== undefined) this.#view = this.#hands.view();
    this.#tellView();
    const done = new Promise((resolve) => this.#server.close(resolve));
    this.#picture.close();
    this.#events.close();
    this.#server.closeIdleConnections();
    setTimeout(() => this.#server.closeAllConnections(), 500).unref();
    await done;
  }

  #tellView(): void {
    clearTimeout(this.#viewTimer);
    this.#viewTimer = undefined;
    if (this.#view !== undefined) this.#events.send('view', this.#view);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLoopbackHost(request.headers.host) || isForeign(request))
      throw new RequestRefused('not-allowed', 'only the page of this camera is answered');
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const url = URL.parse(request.url ?? '', 'http://loopback');
    if (url === null) throw new RequestRefused('bad-request', 'no path');
    const what = `${request.method ?? ''} ${url.pathname}`;
    const key = url.searchParams.get('key');
    const known = this.#door.knows(cookieOf(request, this.#cookie));
    if (what === 'GET /' && key !== null) this.#enter(key, response);
    else if (what === 'GET /alive') sendJson(response, 200, { known });
    else if (!known) this.#turnAway(what, response);
    else if (request.method === 'GET') this.#show(url.pathname, response);
    else sendJson(response, 200, await this.#obey(what, await readJson(request)));
  }

  #show(path: string, response: ServerResponse): void {
    switch (path) {
      case '/':
        this.#sendFile('/web/index.html', 200, response);
        return;
      case '/events':
        this.#openEvents(response);
        return;
      case '/picture':
        handOver(this.#picture, response);
        return;
      default:
        this.#sendFile(path, 200, response);
    }
  }

  async #obey(what: string, body: unknown): Promise<unknown> {
    const { world, log } = this.#options;
    switch (what) {
      case 'POST /button': {
        const { button, down, page, heldMs } = readPush(body);
        if (!this.#events.has(page)) throw new RequestRefused('bad-request', 'no page of this name is open');
        this.#buttons.push(button, down, page, heldMs);
        return { ok: true };
      }
      case 'POST /dock':
        await this.#attended().dock(readDock(body).attached);
        return { ok: true };
      case 'POST /world':
        world.change(readWorldChange(body));
        return { ok: true };
      case 'POST /power-cut':
        log.warn('the battery was pulled on the page: this process ends now');
        setTimeout(() => world.cutPower(), POWER_CUT_MS);
        return { ok: true };
      default:
        throw new RequestRefused('not-found', `there is no ${what}`);
    }
  }

  #attended(): CameraHands {
    if (this.#hands === undefined) throw new RequestRefused('busy', 'the camera is still starting');
    return this.#hands;
  }

  #enter(key: string, response: ServerResponse): void {
    const session = this.#door.enter(key);
    if (session === undefined) {
      this.#turnAway('GET /', response);
      return;
    }
    response.setHeader('set-cookie', `${this.#cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`);
    response.writeHead(303, { location: '/' }).end();
  }

  /** Who has no session sees how to get one; programs get a refusal. */
  #turnAway(what: string, response: ServerResponse): void {
    if (what !== 'GET /' && what !== 'GET /web/style.css')
      throw new RequestRefused('not-allowed', 'open the link that the camera printed at its start');
    this.#sendFile(what === 'GET /' ? '/web/closed.html' : '/web/style.css', 403, response);
  }

  #sendFile(path: string, status: number, response: ServerResponse): void {
    const file = this.#files.get(path);
    if (file === undefined) throw new RequestRefused('not-found', 'nothing is here');
    response.writeHead(status, { 'content-type': file.type, 'content-length': file.bytes.length });
    response.end(file.bytes);
  }

  #openEvents(response: ServerResponse): void {
    const page = this.#events.open(response);
    const { world, restart } = this.#options;
    this.#events.send('hello', { page, restart, world: world.state() }, page);
    this.#events.send('lights', this.#signals.pattern, page);
    if (this.#hands !== undefined) this.#events.send('view', this.#hands.view(), page);
  }
}
