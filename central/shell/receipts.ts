import {
  archiveKeyName,
  cameraOrigin,
  MAX_MISSING,
  noteSigner,
  receiptOrigin,
  signCheckpoint,
  type JournalName,
  type NamedObject,
  type NoteSigner,
  type ReceiptDelivery,
} from '@mingjing/protocol';
import type { EvidenceIdentity } from '@mingjing/runtime';
import { Refused } from '../core/errors.ts';
import { receiptBound, receiptSizeOrBound } from '../core/receipt-rule.ts';
import type { Catalogue, JournalRecord, StoredCheckpoint } from '../ports/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RaiseAlarm } from './alarms.ts';
import { KeyedMutex } from './keyed-mutex.ts';

const RANGE = 4096;

export interface ReceiptOptions {
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly evidence: EvidenceIdentity;
  readonly raise: RaiseAlarm;
}

/**
 * Signs what cameras erase on. A receipt is signed only after every object it speaks for was seen in the store, and
 * leaves only after it is durable itself; the tree it signs is the camera's own, which only grows.
 */
export class Receipts {
  readonly #options: ReceiptOptions;
  readonly #signer: NoteSigner;
  readonly #locks = new KeyedMutex();

  constructor(options: ReceiptOptions) {
    this.#options = options;
    this.#signer = noteSigner(archiveKeyName(this.#archive), options.evidence.signer);
  }

  /** The largest receipt that may be given now. `Refused` 'not-found' if there is none. */
  async deliver(name: JournalName): Promise<ReceiptDelivery> {
    const receipt = await this.refresh(name);
    if (receipt === undefined)
      throw new Refused('not-found', `no receipt can be given for ${cameraOrigin(name)} yet`);
    return { receipt, evidence: [...this.#options.evidence.chain] };
  }

  /** Signs what may be signed by now; gives the latest receipt. */
  async refresh(name: JournalName): Promise<string | undefined> {
    return await this.#locks.run(cameraOrigin(name), () => this.#latest(name));
  }

  get #archive(): string {
    return this.#options.evidence.certificate.name.id;
  }

  async #latest(name: JournalName): Promise<string | undefined> {
    const { catalogue } = this.#options;
    await this.#findStrays(name);
    for (;;) {
      const journal = await catalogue.journal(name);
      if (journal === undefined) return undefined;
      const checkpoint = await this.#signable(journal);
      if (checkpoint === undefined) return journal.receipt;
      if (!(await this.#allThere(name, journal.receipted, checkpoint.size))) continue;
      const { size, root } = checkpoint;
      const note = signCheckpoint({ origin: receiptOrigin(this.#archive, name), size, root }, this.#signer);
      if ((await catalogue.keepReceipt(name, size, note)) === 'kept') return note;
    }
  }

  /** The largest camera checkpoint above the last receipt that no missing object forbids. */
  async #signable({ name, size, receipted }: JournalRecord): Promise<StoredCheckpoint | undefined> {
    const { catalogue } = this.#options;
    const lost = await catalogue.lostSpans(name);
    let bound = receiptBound(size, await catalogue.firstMissing(name));
    for (;;) {
      const checkpoint = await catalogue.checkpointAtMost(name, bound);
      if (checkpoint === undefined || checkpoint.size <= receipted) return undefined;
      bound = receiptSizeOrBound(checkpoint.size, lost);
      if (bound === checkpoint.size) return checkpoint;
    }
  }

  /** Objects that came in whole, though the process died before it could note them. */
  async #findStrays(name: JournalName): Promise<void> {
    const { catalogue, objects } = this.#options;
    for (const { object, size } of await catalogue.missing(name, MAX_MISSING)) {
      if ((await objects.confirm(object)) === size)
        await catalogue.objectStored(object, size, new Date().toISOString());
    }
  }

  /** The catalogue's word is not enough for a signature: every object is looked up. */
  async #allThere(name: JournalName, from: number, to: number): Promise<boolean> {
    const gone: NamedObject[] = [];
    for (let start = from; start < to; start += RANGE) {
      const range = await this.#options.catalogue.presentObjects(name, start, Math.min(to, start + RANGE));
      for (const named of range) {
        if ((await this.#options.objects.confirm(named.object)) !== named.size) gone.push(named);
      }
    }
    for (const { object } of gone) await this.#options.catalogue.objectGone(object);
    if (gone.length > 0) {
      const detail = `${cameraOrigin(name)}: ${gone.length} object(s), the first ${gone[0]?.object ?? ''}`;
      this.#options.raise('object-gone', 'critical', detail);
    }
    return gone.length === 0;
  }
}
