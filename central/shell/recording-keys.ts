import {
  AgeOpener,
  concat,
  fromUtf8,
  ProtocolError,
  recipientOf,
  type Identity,
  type RecordingModel,
} from '@mingjing/protocol';
import { ReviewRefused } from '../core/errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { Lru } from './lru.ts';

/** A wrapped identity has some hundred bytes, whoever the recipients are. */
const MAX_KEY_OBJECT_BYTES = 64 * 1024;
const KEPT = 32;

/** Recording keys, unwrapped on demand; a few are kept in memory, none anywhere else. */
export class RecordingKeys {
  readonly #objects: Pick<ObjectStore, 'read'>;
  readonly #identities: readonly Identity[];
  readonly #kept = new Lru<string>(KEPT);

  /** Without identities nothing is unsealed here. */
  constructor(objects: Pick<ObjectStore, 'read'>, identities: readonly Identity[]) {
    this.#objects = objects;
    this.#identities = identities;
  }

  get canUnseal(): boolean {
    return this.#identities.length > 0;
  }

  /**
   * The recording's age identity. `ReviewRefused`: 'cannot-unseal', 'key-not-here', 'footage-unreadable' (the object
   * does not hold the key the recording was opened with).
   */
  async open(recording: RecordingModel): Promise<string> {
    if (!this.canUnseal) throw new ReviewRefused('cannot-unseal', 'this archive holds no key of footage');
    const { object, recipient } = recording.opened.body.key;
    const name = `${object}/${recipient}`;
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const key = await this.#unwrap(object);
    if (recipientOf(key) !== recipient)
      throw new ReviewRefused('footage-unreadable', `${object} holds the key of another recording`);
    this.#kept.set(name, key);
    return key;
  }

  async #unwrap(object: string): Promise<string> {
    const bytes = await this.#objects.read(object, { from: 0, to: MAX_KEY_OBJECT_BYTES });
    if (bytes === undefined) throw new ReviewRefused('key-not-here', `the key object ${object} is not here`);
    try {
      const opener = new AgeOpener(this.#identities);
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(opener.update(part));
      const text = fromUtf8(concat([...parts, opener.final().plaintext])).trim();
      recipientOf(text);
      return text;
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      const code = cause.code === 'age-no-match' ? 'cannot-unseal' : 'footage-unreadable';
      throw new ReviewRefused(code, `the key object ${object} cannot be opened: ${cause.code}`, { cause });
    }
  }
}
