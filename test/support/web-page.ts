import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { CameraView } from '../../device/core/camera-view.ts';
import { until } from './processes.ts';

export interface Heard {
  readonly event: string;
  readonly data: unknown;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** One HTTP exchange, with whatever headers: a browser would not let us lie. */
export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answered> {
  const response = await send(url, { method, headers, body });
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(parts).toString('utf8'),
  };
}

function send(url: string, { method = 'GET', headers = {}, body }: Ask): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, resolve).once('error', reject);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

/** The web camera's page without a browser: what it is told, and what it orders. */
export class WebPage {
  readonly origin: string;
  readonly cookie: string;
  readonly heard: Heard[] = [];
  #stream: IncomingMessage | undefined;

  private constructor(origin: string, cookie: string) {
    this.origin = origin;
    this.cookie = cookie;
  }

  /** Uses the link up. */
  static async enter(link: string): Promise<WebPage> {
    const { status, headers } = await ask(link);
    if (status !== 303) throw new Error(`the link answered ${status}`);
    return new WebPage(new URL(link).origin, headers['set-cookie']?.[0]?.split(';')[0] ?? '');
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return await ask(this.origin + path, { headers: { cookie: this.cookie, ...headers } });
  }

  async order(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const own = { cookie: this.cookie, origin: this.origin, 'content-type': 'application/json' };
    return await ask(this.origin + path, { method: 'POST', headers: { ...own, ...headers }, body });
  }

  /** Listens to the events from now on. */
  async listen(): Promise<void> {
    const stream = await send(`${this.origin}/events`, { headers: { cookie: this.cookie } });
    this.#stream = stream;
    let event = '';
    createInterface({ input: stream })
      .on('line', (line) => {
        if (line.startsWith('event: ')) event = line.slice('event: '.length);
        if (line.startsWith('data: '))
          this.heard.push({ event, data: JSON.parse(line.slice('data: '.length)) });
      })
      .on('error', () => undefined);
    stream.on('error', () => undefined);
    await until('the page is greeted', () => this.last('hello') !== undefined, 5_000, 10);
  }

  /** Closes the tab. */
  leave(): void {
    this.#stream?.destroy();
  }

  /** The newest of these events. */
  last(event: string): unknown {
    return this.heard.findLast((one) => one.event === event)?.data;
  }

  get view(): CameraView | undefined {
    return this.last('view') as CameraView | undefined;
  }

  get name(): string {
    return (this.last('hello') as { page: string }).page;
  }

  async untilView(what: string, holds: (view: CameraView) => boolean): Promise<CameraView> {
    return await until(what, () => this.view !== undefined && holds(this.view) && this.view, 20_000, 20);
  }

  async push(button: string, down: boolean): Promise<void> {
    const { status, text } = await this.order('/button', { button, down, page: this.name });
    if (status !== 200) throw new Error(`${button} was answered ${status}: ${text}`);
  }

  /** The first bytes of the live picture, and what it is said to be. */
  async look(bytes: number): Promise<{ type: string; start: Buffer }> {
    const stream = await send(`${this.origin}/picture`, { headers: { cookie: this.cookie } });
    const parts: Buffer[] = [];
    for await (const part of stream as AsyncIterable<Buffer>) {
      parts.push(part);
      if (Buffer.concat(parts).length >= bytes) break;
    }
    stream.destroy();
    return { type: stream.headers['content-type'] ?? '', start: Buffer.concat(parts) };
  }
}
