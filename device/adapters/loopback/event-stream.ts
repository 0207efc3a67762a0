import type { ServerResponse } from 'node:http';

/** What a page has not yet taken; more than this, and it is cut off. It comes back by itself and begins anew. */
const MAX_WAITING_BYTES = 256 * 1024;
const ALIVE_EVERY_MS = 10_000;

/** Server-sent events to every page that is open. */
export class EventStream {
  readonly #pages = new Map<string, ServerResponse>();
  readonly #limit: number;
  readonly #onGone: (page: string) => void;
  readonly #alive: NodeJS.Timeout;
  #count = 0;

  /** `onGone`: a page is not there any more. */
  constructor(limit: number, onGone: (page: string) => void) {
    this.#limit = limit;
    this.#onGone = onGone;
    this.#alive = setInterval(() => this.#write(':\n\n'), ALIVE_EVERY_MS).unref();
  }

  get pages(): number {
    return this.#pages.size;
  }

  has(page: string): boolean {
    return this.#pages.has(page);
  }

  /** Takes the response over; gives the name of the page. When there are too many, the oldest must go. */
  open(response: ServerResponse): string {
    const page = String((this.#count += 1));
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.once('close', () => {
      this.#pages.delete(page);
      this.#onGone(page);
    });
    this.#pages.set(page, response);
    const [oldest] = this.#pages.values();
    if (this.#pages.size > this.#limit) oldest?.destroy();
    return page;
  }

  /** To one page, or to all. */
  send(event: string, data: unknown, page?: string): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    if (page === undefined) {
      this.#write(text);
      return;
    }
    const response = this.#pages.get(page);
    if (response !== undefined) push(response, text);
  }

  close(): void {
    clearInterval(this.#alive);
    for (const response of this.#pages.values()) response.end();
  }

  #write(text: string): void {
    for (const response of this.#pages.values()) push(response, text);
  }
}

function push(response: ServerResponse, text: string): void {
  if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  else response.write(text);
}
