import {
  archiveKeyName,
  custodyOrigin,
  Frontier,
  noteSigner,
  signCheckpoint,
  toUtf8,
  type NoteSigner,
} from '@mingjing/protocol';
import type { EvidenceIdentity } from '@mingjing/runtime';
import {
  custodyText,
  orderedText,
  type CustodyAct,
  type CustodyActor,
  type OrderedEvent,
} from '../core/custody-event.ts';
import type { RecordingKey } from '../core/review-shapes.ts';
import type { CustodyStore } from '../ports/custody-store.ts';

const ATTEMPTS = 100;

/** Writes down who did what with footage. What it has resolved for is durable and signed. */
export class Custody {
  readonly #store: CustodyStore;
  readonly #origin: string;
  readonly #signer: NoteSigner;

  constructor(store: CustodyStore, evidence: EvidenceIdentity) {
    const archive = evidence.certificate.name.id;
    this.#store = store;
    this.#origin = custodyOrigin(archive);
    this.#signer = noteSigner(archiveKeyName(archive), evidence.signer);
  }

  /** MUST have resolved before what it records is done: before the first decrypted byte leaves. */
  async record(actor: CustodyActor, recording: RecordingKey, ...acts: readonly CustodyAct[]): Promise<void> {
    if (acts.length === 0) return;
    const at = new Date().toISOString();
    await this.#append(acts.map((act) => toUtf8(custodyText({ at, actor, recording, act }))));
  }

  /** MUST have resolved before the order is sent. Gives the index of its entry. */
  async recordOrder(actor: CustodyActor, order: OrderedEvent): Promise<number> {
    return await this.#append([toUtf8(orderedText(new Date().toISOString(), actor, order))]);
  }

  /** Gives the index of the first. */
  async #append(entries: readonly Uint8Array[]): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const held = await this.#store.state();
      const tree = new Frontier(held.size, held.subtrees);
      for (const entry of entries) tree.append(entry);
      const { size, subtrees } = tree;
      const note = signCheckpoint({ origin: this.#origin, size, root: tree.root() }, this.#signer);
      if ((await this.#store.append(held.size, entries, { size, subtrees, note })) === 'appended')
        return held.size;
    }
    throw new Error('the custody log is being written by too many at once');
  }
}
