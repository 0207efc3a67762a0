import { ArchiveNote, MAX_ADD_CHECKPOINT_BYTES, type CosignatureDelivery } from '@mingjing/protocol';
import { collect, HttpsPeer, type TlsIdentity } from '@mingjing/runtime';
import { Type } from 'typebox';
import type { LogLink } from '../ports/log-link.ts';

const MAX_NOTE_BYTES = 256 * 1024;
const MAX_ANSWER_BYTES = 1024;
/** A proof over all of a long log takes a while. */
const IDLE_MS = 60_000;

/** `/v1/log` of the archive, over mutual TLS. */
export class HttpsLog implements LogLink {
  readonly #peer: HttpsPeer;

  constructor(url: string, identity: TlsIdentity) {
    this.#peer = new HttpsPeer(url, identity, 'archive', IDLE_MS);
  }

  async latest(signal: AbortSignal): Promise<ArchiveNote> {
    return await this.#peer.json({ method: 'GET', path: '/v1/log', signal }, ArchiveNote, MAX_NOTE_BYTES);
  }

  async growth(old: number, size: number, signal: AbortSignal): Promise<Uint8Array> {
    const path = `/v1/log/add-checkpoint?old=${old}&size=${size}`;
    return await this.#peer.exchange({ method: 'GET', path, signal }, (answer) =>
      collect(answer, MAX_ADD_CHECKPOINT_BYTES),
    );
  }

  async deliver(cosignature: CosignatureDelivery, signal: AbortSignal): Promise<void> {
    const what = { method: 'POST', path: '/v1/log/cosignatures', json: cosignature, signal } as const;
    await this.#peer.json(what, Type.Object({}), MAX_ANSWER_BYTES);
  }

  close(): void {
    this.#peer.close();
  }
}
