import { fromUtf8, MAX_ADD_CHECKPOINT_BYTES } from '@mingjing/protocol';
import { collect, HttpsPeer, loadTlsIdentity, PeerRefusal } from '@mingjing/runtime';
import { body, Refused, WireServer } from './server.ts';

/** Stands between a dock and the archive's log, with the certificates of both; all else is nobody's. */
export class LogRelay {
  readonly #server: WireServer;
  readonly #archive: HttpsPeer;
  /** Called with each cosignature; what it waits for the dock waits for. */
  onCosignature: () => Promise<void> = () => Promise.resolve();
  /** Bends what the archive says. */
  bend: (path: string, text: string) => string = (_path, text) => text;

  constructor(archiveUrl: string, archiveIdentity: string, dockIdentity: string) {
    this.#archive = new HttpsPeer(archiveUrl, loadTlsIdentity(dockIdentity, 'dock'), 'archive');
    this.#server = new WireServer(
      loadTlsIdentity(archiveIdentity, 'archive'),
      ['dock'],
      async (request, response, { pathname, search }) => {
        if (!pathname.startsWith('/v1/log')) throw new Refused('not-found');
        const method = request.method === 'POST' ? 'POST' : 'GET';
        const json: unknown = method === 'POST' ? JSON.parse((await body(request)).toString()) : undefined;
        if (method === 'POST') await this.onCosignature();
        const text = await this.#ask({ method, path: `${pathname}${search}`, json });
        response.end(this.bend(pathname, text));
      },
    );
  }

  get url(): string {
    return this.#server.url;
  }

  async open(): Promise<void> {
    await this.#server.open();
  }

  async close(): Promise<void> {
    await this.#server.vanish();
    this.#archive.close();
  }

  async #ask(what: { method: 'GET' | 'POST'; path: string; json: unknown }): Promise<string> {
    try {
      return await this.#archive.exchange(what, async (answer) =>
        fromUtf8(await collect(answer, 4 * MAX_ADD_CHECKPOINT_BYTES)),
      );
    } catch (error) {
      throw error instanceof PeerRefusal ? new Refused(error.refusal, error.message) : error;
    }
  }
}
