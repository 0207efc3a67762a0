import { setImmediate as pause } from 'node:timers/promises';
import {
  archiveKeyName,
  custodyOrigin,
  formatAddCheckpoint,
  Frontier,
  Growth,
  noteSigner,
  openWitness,
  parseNote,
  ProtocolError,
  signCheckpoint,
  verifiedSignatures,
  type ArchiveNote,
  type CosignatureDelivery,
} from '@mingjing/protocol';
import type { EvidenceIdentity } from '@mingjing/runtime';
import { Refused } from '../core/errors.ts';
import type { CustodyState, CustodyStore } from '../ports/custody-store.ts';

/** c2sp.org/signed-note: readers take at least sixteen signatures of a note; the archive's own is one. */
const MAX_COSIGNATURES = 15;
/** Entries hashed before others have their turn. */
const SLICE = 512;

export interface WitnessedLogOptions {
  readonly store: CustodyStore;
  readonly evidence: EvidenceIdentity;
  readonly agency: string;
  readonly roots: readonly string[];
  readonly now?: () => Date;
}

/**
 * The custody log as witnesses see it: its checkpoint, the proof that it only grew, and what they say of it. Whoever
 * has the archive's key can write the log anew; who has seen it before is then not told of the same past.
 */
export class WitnessedLog {
  readonly #options: WitnessedLogOptions;

  constructor(options: WitnessedLogOptions) {
    this.#options = options;
  }

  /** The latest checkpoint, under it the archive's signature and those of witnesses. */
  async latest(): Promise<ArchiveNote> {
    const { store, evidence } = this.#options;
    const { size, note } = await store.state();
    const cosigned = (await store.cosignatures(size)).slice(0, MAX_COSIGNATURES);
    const lines = cosigned.map(({ line }) => line).join('');
    return { note: `${note ?? this.#emptyNote()}${lines}`, evidence: [...evidence.chain] };
  }

  /**
   * What a witness that has seen `old` entries is asked to cosign: the body of `add-checkpoint`, from there to the
   * checkpoint of `size`. `Refused`: 'not-found' if no such checkpoint was signed, 'bad-request'.
   */
  async growth(old: number, size: number): Promise<string> {
    if (old > size) throw new Refused('bad-request', `a log of ${old} entries does not grow to ${size}`);
    const checkpoint = await this.#signed(size);
    const growth = new Growth(await this.#treeAt(old), size);
    // The proof from nothing is empty, and so is that of no growth.
    for (let at = old; old > 0 && at < size; at += SLICE) {
      for (const entry of await this.#options.store.entries(at, Math.min(size, at + SLICE)))
        growth.append(entry);
      await pause();
    }
    return formatAddCheckpoint({ old, proof: growth.proof(), checkpoint });
  }

  /** Keeps what a dock says it has seen. `Refused`: 'not-found', 'not-allowed', 'bad-cosignature'. */
  async take(peer: string, { size, cosignatures, evidence }: CosignatureDelivery): Promise<void> {
    const checkpoint = await this.#signed(size);
    const kept = this.#checked(peer, checkpoint, cosignatures, evidence);
    if (size > 0) await this.#options.store.keepCosignature({ size, evidence, ...kept });
  }

  #checked(
    peer: string,
    checkpoint: string,
    cosignatures: string,
    evidence: readonly string[],
  ): { name: string; keyId: number; line: string } {
    const { agency, roots, now = () => new Date() } = this.#options;
    try {
      const { dock, verifier } = openWitness(evidence, { agency, roots, at: now().toISOString() });
      if (dock !== peer) throw new Refused('not-allowed', `dock ${peer} brings the certificate of ${dock}`);
      const { text } = parseNote(checkpoint);
      const [line, ...more] = cosignatures.split('\n').filter((one) => one !== '');
      if (line === undefined || more.length > 0)
        throw new Refused('bad-cosignature', 'a dock cosigns with one key: one line');
      if (verifiedSignatures(parseNote(`${text}\n${line}\n`), [verifier]).length === 0)
        throw new Refused('bad-cosignature', 'it is not of the key in the certificate');
      return { name: verifier.name, keyId: verifier.keyId, line: `${line}\n` };
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause;
      throw new Refused('bad-cosignature', cause.message, { cause });
    }
  }

  async #signed(size: number): Promise<string> {
    const state = await this.#options.store.stateAtMost(size);
    const note = state.size === 0 ? this.#emptyNote() : state.note;
    if (state.size !== size || note === undefined)
      throw new Refused('not-found', `no checkpoint was signed over ${size} entries`);
    return note;
  }

  /** Also at a size this archive never signed: then the proof will not hold, which is what a witness must see. */
  async #treeAt(size: number): Promise<Frontier> {
    const { store } = this.#options;
    const below: CustodyState = await store.stateAtMost(size);
    const tree = new Frontier(below.size, below.subtrees);
    for (const entry of await store.entries(below.size, size)) tree.append(entry);
    return tree;
  }

  /** An empty log has a checkpoint too: one that has lost all its entries must say so. */
  #emptyNote(): string {
    const { certificate, signer } = this.#options.evidence;
    const { id } = certificate.name;
    const root = new Frontier().root();
    return signCheckpoint(
      { origin: custodyOrigin(id), size: 0, root },
      noteSigner(archiveKeyName(id), signer),
    );
  }
}
