import { fromBase64, MAX_OBJECT_BYTES, toHex, type JournalName } from '@mingjing/protocol';
import { ObjectStoreError, Refused } from '../core/errors.ts';
import type { Catalogue } from '../ports/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RaiseAlarm } from './alarms.ts';

export interface UploadOptions {
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly raise: RaiseAlarm;
  readonly recordingsChanged: (name: JournalName, recordings: ReadonlySet<string>) => void;
}

export interface Upload {
  readonly object: string;
  /** A camera brings its own objects only; a dock those of any. */
  readonly device: string | undefined;
  /** The machine that sends, for what is kept of its broken uploads. */
  readonly by: string;
  /** Bytes that were kept and do not come again. */
  readonly from: number;
  /** Of what comes now. */
  readonly length: number | undefined;
  /** RFC 9530 Content-Digest. */
  readonly contentDigest: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Breaks the line off. */
  readonly cut: () => void;
}

/** Takes sealed objects in. It never learns what is in them. */
export class Uploads {
  readonly #options: UploadOptions;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  /** When it resolves, the object is durable. Rejects with `Refused`. */
  async put(upload: Upload): Promise<'stored' | 'present'> {
    const { object } = upload;
    const size = await this.#check(upload);
    if ((await this.size(object, undefined)) === size) return 'present';
    const outcome = await this.#store(upload, size);
    await this.#note(object, size);
    return outcome;
  }

  /** Where an upload by this machine that broke off goes on; undefined: at the beginning. */
  async offset(object: string, device: string | undefined, by: string): Promise<number | undefined> {
    const [named] = await this.#options.catalogue.namedBy(object, device);
    if (named === undefined) return undefined;
    const kept = Math.min(await this.#options.objects.kept(object, by), named.size - 1);
    return kept > 0 ? kept : undefined;
  }

  /** Its size if it is here, durable, and named by a journal (of `device`, if given). */
  async size(object: string, device: string | undefined): Promise<number | undefined> {
    const { catalogue, objects } = this.#options;
    const named = await catalogue.namedBy(object, device);
    if (named.length === 0) return undefined;
    const known = await catalogue.objectSize(object);
    const found = await objects.confirm(object);
    // A file of a size that no journal gives the object is not the object.
    const size = named.some((one) => one.size === found) ? found : undefined;
    if (size === undefined && known !== undefined) {
      await catalogue.objectGone(object);
      this.#options.raise('object-gone', 'critical', object);
    }
    if (size !== undefined && known === undefined) await this.#note(object, size);
    return size;
  }

  async #check({ object, device, from, length: sent, contentDigest }: Upload): Promise<number> {
    if (sent === undefined) throw new Refused('bad-request', 'an object is sent with its length');
    const length = from + sent;
    if (length > MAX_OBJECT_BYTES)
      throw new Refused('too-large', `an object has at most ${MAX_OBJECT_BYTES} bytes`);
    const named = await this.#options.catalogue.namedBy(object, device);
    if (named.length === 0)
      throw new Refused('object-not-named', `no journal names ${object}: send the journal first`);
    if (!named.some(({ size }) => size === length)) {
      const sizes = named.map(({ size }) => size).join(', ');
      throw new Refused('digest-mismatch', `${object} has ${sizes} bytes, not ${length}`);
    }
    const digest = readContentDigest(contentDigest);
    if (digest !== undefined && digest !== object)
      throw new Refused('digest-mismatch', `Content-Digest is of ${digest}, not of ${object}`);
    return length;
  }

  async #store({ object, bytes, ...sender }: Upload, size: number): Promise<'stored' | 'present'> {
    try {
      return await this.#options.objects.put(object, size, bytes, sender);
    } catch (error) {
      throw error instanceof ObjectStoreError ? this.#refusal(error) : error;
    }
  }

  #refusal(error: ObjectStoreError): Refused {
    switch (error.code) {
      case 'digest-mismatch':
        return new Refused('digest-mismatch', error.message, { cause: error });
      case 'wrong-offset':
        return new Refused('wrong-offset', error.message, { cause: error });
      case 'size-differs':
        return new Refused('bad-request', error.message, { cause: error });
      case 'storage-full':
        this.#options.raise('storage-full', 'critical', error.message);
        return new Refused('busy', 'the archive has no room left', { cause: error });
      case 'storage-failed':
        this.#options.raise('storage-failed', 'critical', error.message);
        return new Refused('internal', 'the archive could not store the object', { cause: error });
      default:
        return error.code satisfies never;
    }
  }

  async #note(object: string, size: number): Promise<void> {
    const at = new Date().toISOString();
    for (const { name, recording } of await this.#options.catalogue.objectStored(object, size, at))
      this.#options.recordingsChanged(name, new Set([recording]));
  }
}

/** The sha-256 member, hexadecimal; undefined if there is none. `Refused` 'bad-request' if it cannot be read. */
function readContentDigest(header: string | undefined): string | undefined {
  const match = /(?:^|,)\s*sha-256=(?::([A-Za-z0-9+/=]*):)?/.exec(header ?? '');
  if (match === null) return undefined;
  try {
    const digest = fromBase64(match[1] ?? '');
    if (digest.length === 32) return toHex(digest);
  } catch {
    // told below
  }
  throw new Refused('bad-request', 'Content-Digest cannot be read');
}
