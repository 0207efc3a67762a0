import type { IncomingMessage } from 'node:http';
import { JournalPage, MAX_PAGE_ENTRIES } from '@mingjing/protocol';
import { loadEvidenceIdentity, loadTlsIdentity, PeerRefusal } from '@mingjing/runtime';
import { Compile } from 'typebox/compile';
import { ArchiveModel } from './archive-model.ts';
import { body, Refused, send, WireServer, type Handler } from './server.ts';

const pageSchema = Compile(JournalPage);

/** The archive's model behind its real protocol. `directory` is an enrolled archive's. */
export class WireArchive {
  readonly model: ArchiveModel;
  readonly requests: string[] = [];
  /** Cuts the line after so many bytes of objects. */
  cutAfter: number | undefined;
  /** Bytes of bodies that did not become an object. */
  spoiled = 0;
  readonly #server: WireServer;

  constructor(directory: string) {
    const tls = loadTlsIdentity(directory, 'archive');
    this.model = new ArchiveModel(loadEvidenceIdentity(directory, 'archive'), tls.roots);
    this.#server = new WireServer(tls, ['dock'], this.#handle);
  }

  get url(): string {
    return this.#server.url;
  }

  async open(): Promise<void> {
    await this.#server.open();
  }

  async vanish(): Promise<void> {
    await this.#server.vanish();
  }

  readonly #handle: Handler = async (request, response, url) => {
    const route = `${request.method ?? ''} ${url.pathname}`;
    this.requests.push(route);
    try {
      return await this.#route(route, request, response, url);
    } catch (error) {
      throw error instanceof PeerRefusal ? new Refused(error.refusal, error.message) : error;
    }
  };

  async #route(
    route: string,
    request: IncomingMessage,
    response: Parameters<Handler>[1],
    url: URL,
  ): Promise<unknown> {
    const object = /^PUT \/v1\/objects\/([0-9a-f]{64})$/.exec(route)?.[1];
    if (object !== undefined) {
      const size = Number(request.headers['content-length']);
      let came = 0;
      const pieces = this.#pieces(request, (count) => (came += count));
      try {
        await this.model.putObject(object, size, pieces);
      } catch (error) {
        this.spoiled += came;
        throw error;
      }
      send(response, 201, {});
      return undefined;
    }
    const match = /^(GET|POST) \/v1\/cameras\/([a-z0-9-]+)\/(journal|receipt)$/.exec(route);
    const [, method, device, what] = match ?? [];
    if (device === undefined) throw new Refused('not-found');
    const epoch = Number(url.searchParams.get('epoch'));
    if (method === 'POST') {
      const page: unknown = JSON.parse((await body(request)).toString());
      if (!pageSchema.Check(page) || page.entries.length > MAX_PAGE_ENTRIES) throw new Refused('bad-request');
      return await this.model.pushJournal({ device, epoch: page.epoch }, page);
    }
    if (what === 'journal') return await this.model.state({ device, epoch });
    const delivery = await this.model.receipt({ device, epoch });
    if (delivery === undefined) throw new Refused('not-found');
    return delivery;
  }

  async *#pieces(request: IncomingMessage, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      onBytes(piece.length);
      yield piece;
      if (this.cutAfter === undefined || length < this.cutAfter) continue;
      this.cutAfter = undefined;
      request.socket.destroy();
      throw new Error('cut');
    }
  }
}
