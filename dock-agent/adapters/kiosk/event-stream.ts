import type { ServerResponse } from 'node:http';

/** What a page has not yet taken; more than this, and it is cut off. It comes back by itself and is told all anew. */
const MAX_WAITING_BYTES = 512 * 1024;
const BEAT_EVERY_MS = 5_000;
/** Reconnect after this. */
const RETRY_MS = 1_000;

/** Server-sent events (WHATWG HTML §9.2) to every page that is open. */
export class EventStream {
  readonly #pages = new Set<ServerResponse>();
  readonly #limit: number;
  readonly #beat: NodeJS.Timeout;
  /** Tells the events of this process from those of the one before. */
  readonly #run: string;
  #count = 0;

  constructor(limit: number, run: string, beat: () => unknown) {
    this.#limit = limit;
    this.#run = run;
    this.#beat = setInterval(() => this.send('beat', beat()), BEAT_EVERY_MS).unref();
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** Takes the response over. When there are too many, the oldest must go. */
  open(response: ServerResponse, first: Readonly<Record<string, unknown>>): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.once('close', () => this.#pages.delete(response));
    this.#pages.add(response);
    const [oldest] = this.#pages;
    if (this.#pages.size > this.#limit) oldest?.destroy();
    response.write(`retry: ${RETRY_MS}\n\n`);
    for (const [event, data] of Object.entries(first)) push(response, this.#text(event, data));
  }

  send(event: string, data: unknown): void {
    if (this.#pages.size === 0) return;
    const text = this.#text(event, data);
    for (const response of this.#pages) push(response, text);
  }

  close(): void {
    clearInterval(this.#beat);
    for (const response of this.#pages) response.end();
  }

  #text(event: string, data: unknown): string {
    this.#count += 1;
    return `id: ${this.#run}-${this.#count}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}

function push(response: ServerResponse, text: string): void {
  if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
  else response.write(text);
}
