import type { Static, TSchema } from 'typebox';
import {
  ArchiveNote,
  fromHex,
  IngestState,
  PARTIAL_UPLOAD,
  ReceiptDelivery,
  toBase64,
  type ArchiveLink,
  type JournalName,
  type JournalPage,
} from '@mingjing/protocol';
import { RuntimeError } from '../errors.ts';
import { HttpsPeer, PeerRefusal, type PeerRequest } from '../https-peer.ts';
import type { TlsIdentity } from '../identity.ts';

/** For a question to the archive and its answer. A page of the largest entries takes a while on a slow link. */
export const ANSWER_MS = 120_000;
const MAX_STATE_BYTES = 256 * 1024;
const MAX_NOTE_BYTES = 256 * 1024;

/** The archive's ingest (protocol/wire/http.ts) over mutual TLS. */
export class HttpsArchive implements ArchiveLink {
  readonly #peer: HttpsPeer;

  constructor(url: string, identity: TlsIdentity, idleMs?: number) {
    this.#peer = new HttpsPeer(url, identity, 'archive', idleMs);
  }

  async state({ device, epoch }: JournalName, signal: AbortSignal): Promise<IngestState> {
    const path = `/v1/cameras/${device}/journal?epoch=${epoch}`;
    return await this.#peer.json({ method: 'GET', path, signal }, IngestState, MAX_STATE_BYTES);
  }

  async pushJournal({ device }: JournalName, page: JournalPage, signal: AbortSignal): Promise<IngestState> {
    const path = `/v1/cameras/${device}/journal`;
    return await this.#peer.json({ method: 'POST', path, json: page, signal }, IngestState, MAX_STATE_BYTES);
  }

  async putObject(
    object: string,
    size: number,
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    from = 0,
  ): Promise<void> {
    const whole: Pick<PeerRequest, 'method' | 'path' | 'headers'> = {
      method: 'PUT',
      path: `/v1/objects/${object}`,
      headers: { 'content-digest': `sha-256=:${toBase64(fromHex(object))}:` }, // RFC 9530
    };
    const rest: typeof whole = {
      method: 'PATCH',
      path: `/v1/uploads/${object}`,
      headers: { 'content-type': PARTIAL_UPLOAD, 'upload-offset': String(from), 'upload-complete': '?1' },
    };
    await this.#peer.exchange(
      { ...(from === 0 ? whole : rest), body: { bytes, length: size - from }, signal },
      async (answer) => {
        for await (const _piece of answer) continue;
      },
    );
  }

  async uploadOffset(object: string, signal: AbortSignal): Promise<number> {
    try {
      const path = `/v1/uploads/${object}`;
      return await this.#peer.exchange({ method: 'HEAD', path, signal }, (answer) => {
        answer.resume();
        return Promise.resolve(offsetOf(answer.headers['upload-offset']));
      });
    } catch (error) {
      if (error instanceof PeerRefusal && error.refusal === 'not-found') return 0;
      throw error;
    }
  }

  async receipt({ device, epoch }: JournalName, signal: AbortSignal): Promise<ReceiptDelivery | undefined> {
    const path = `/v1/cameras/${device}/receipt?epoch=${epoch}`;
    return await this.#ifThere({ method: 'GET', path, signal }, ReceiptDelivery);
  }

  /** The agency's policy for cameras; undefined: this archive hands out none. */
  async policy(signal: AbortSignal): Promise<ArchiveNote | undefined> {
    return await this.#ifThere({ method: 'GET', path: '/v1/policy', signal }, ArchiveNote);
  }

  close(): void {
    this.#peer.close();
  }

  async #ifThere<T extends TSchema>(what: PeerRequest, shape: T): Promise<Static<T> | undefined> {
    try {
      return await this.#peer.json(what, shape, MAX_NOTE_BYTES);
    } catch (error) {
      if (error instanceof PeerRefusal && error.refusal === 'not-found') return undefined;
      throw error;
    }
  }
}

function offsetOf(header: string | string[] | undefined): number {
  if (typeof header === 'string' && /^[0-9]{1,15}$/.test(header)) return Number(header);
  throw new RuntimeError('peer-broke-protocol', 'the archive says no offset');
}
