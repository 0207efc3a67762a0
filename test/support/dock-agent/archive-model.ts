import { createHash } from 'node:crypto';
import {
  archiveKeyName,
  cameraOrigin,
  decodeEntry,
  equalBytes,
  fromBase64,
  Frontier,
  JournalReplay,
  MAX_MISSING,
  noteSigner,
  noteVerifier,
  openChain,
  openCheckpoint,
  receiptOrigin,
  signCheckpoint,
  type ArchiveLink,
  type IngestState,
  type JournalName,
  type JournalPage,
  type ReceiptDelivery,
} from '@mingjing/protocol';
import { PeerRefusal, type EvidenceIdentity } from '@mingjing/runtime';

interface Held {
  readonly name: JournalName;
  readonly entries: Uint8Array[];
  readonly replay: JournalReplay;
  tree: Frontier;
  receipt: { size: number; note: string } | undefined;
}

export interface ArchiveFaults {
  /** Throws, or lets the call through. */
  call?: (what: 'state' | 'push' | 'put' | 'receipt') => void;
  state?: (state: IngestState) => IngestState;
  receipt?: (delivery: ReceiptDelivery) => ReceiptDelivery;
  /** No receipt is signed while this is so. */
  slowReceipt?: boolean;
}

/** What an archive does for a dock, in memory, believing nothing. Refuses with PeerRefusal. */
export class ArchiveModel implements ArchiveLink {
  faults: ArchiveFaults = {};
  /** Whole objects taken in; bodies are hashed, not kept. */
  readonly objects = new Set<string>();
  readonly #journals = new Map<string, Held>();
  readonly #roots: readonly string[];
  readonly #evidence: EvidenceIdentity;

  constructor(evidence: EvidenceIdentity, roots: readonly string[]) {
    this.#evidence = evidence;
    this.#roots = roots;
  }

  size(name: JournalName): number {
    return this.#held(name)?.entries.length ?? 0;
  }

  receipted(name: JournalName): number {
    return this.#held(name)?.receipt?.size ?? 0;
  }

  async state(name: JournalName): Promise<IngestState> {
    await Promise.resolve();
    this.faults.call?.('state');
    return this.#state(this.#held(name), name.epoch);
  }

  async pushJournal(name: JournalName, page: JournalPage): Promise<IngestState> {
    await Promise.resolve();
    this.faults.call?.('push');
    const held = this.#held(name) ?? emptyJournal(name);
    if (page.from > held.entries.length) throw refuse('journal-gap');
    const entries = page.entries.map(fromBase64);
    const known = entries.slice(0, held.entries.length - page.from);
    if (!known.every((entry, n) => equalBytes(entry, held.entries[page.from + n] ?? new Uint8Array())))
      throw refuse('journal-forked');
    const fresh = entries.slice(known.length);
    const within = page.from + entries.length < held.entries.length;
    const tree = within ? new Frontier() : held.tree.clone();
    for (const entry of within ? held.entries.slice(0, page.from + entries.length) : fresh)
      tree.append(entry);
    this.#requireSigned(page, name, tree, fresh.length > 0 ? 'bad-journal' : 'journal-forked');
    if (within) return this.#state(held, page.epoch);
    for (const entry of fresh) held.replay.apply(held.entries.push(entry) - 1, decodeEntry(entry));
    held.tree = tree;
    this.#journals.set(keyOf(name), held);
    return this.#state(held, page.epoch);
  }

  async putObject(object: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.faults.call?.('put');
    if (![...this.#journals.values()].some(({ replay }) => replay.objects.has(object)))
      throw refuse('object-not-named');
    const hash = createHash('sha256');
    let length = 0;
    for await (const piece of bytes) {
      hash.update(piece);
      length += piece.length;
    }
    if (length !== size || hash.digest('hex') !== object) throw refuse('digest-mismatch');
    this.objects.add(object);
  }

  /** It keeps nothing of what broke off. */
  uploadOffset(): Promise<number> {
    return Promise.resolve(0);
  }

  async receipt(name: JournalName): Promise<ReceiptDelivery | undefined> {
    await Promise.resolve();
    this.faults.call?.('receipt');
    const receipt = this.#held(name)?.receipt?.note;
    if (receipt === undefined) return undefined;
    const delivery = { receipt, evidence: [...this.#evidence.chain] };
    return this.faults.receipt?.(delivery) ?? delivery;
  }

  close(): void {
    // nothing is open
  }

  #held(name: JournalName): Held | undefined {
    return this.#journals.get(keyOf(name));
  }

  #requireSigned(
    page: JournalPage,
    name: JournalName,
    tree: Frontier,
    otherwise: 'bad-journal' | 'journal-forked',
  ): void {
    const origin = cameraOrigin(name);
    try {
      const { publicKey, name: signer } = openChain(page.evidence, this.#roots);
      if (signer.id !== name.device || signer.epoch !== name.epoch) throw new RangeError('of another');
      const { size, root } = openCheckpoint(page.checkpoint, origin, [noteVerifier(origin, publicKey)]);
      if (size !== tree.size) throw new RangeError('another size');
      if (!equalBytes(root, tree.root())) throw refuse(otherwise);
    } catch (error) {
      throw error instanceof PeerRefusal ? error : refuse('bad-journal');
    }
  }

  #state(held: Held | undefined, epoch: number): IngestState {
    if (held !== undefined) this.#sign(held);
    const state = {
      epoch,
      size: held?.entries.length ?? 0,
      missing: held === undefined ? [] : this.#missing(held).slice(0, MAX_MISSING),
      receipted: held?.receipt?.size ?? 0,
    };
    return this.faults.state?.(state) ?? state;
  }

  #missing({ replay }: Held): { object: string; size: number }[] {
    return [...replay.objects.values()]
      .filter(({ object }) => !this.objects.has(object) && !replay.lost.has(object))
      .map(({ object, size }) => ({ object, size }));
  }

  #sign(held: Held): void {
    const { size } = held.tree;
    if (this.faults.slowReceipt === true || size === 0 || held.receipt?.size === size) return;
    if (this.#missing(held).length > 0) return;
    const { certificate, signer } = this.#evidence;
    held.receipt = { size, note: signReceipt(certificate.name.id, held.name, held.tree, signer) };
  }
}

export function signReceipt(
  archive: string,
  camera: JournalName,
  tree: { readonly size: number; root(): Uint8Array },
  signer: EvidenceIdentity['signer'],
): string {
  const checkpoint = { origin: receiptOrigin(archive, camera), size: tree.size, root: tree.root() };
  return signCheckpoint(checkpoint, noteSigner(archiveKeyName(archive), signer));
}

function refuse(code: PeerRefusal['refusal']): PeerRefusal {
  return new PeerRefusal(code, code);
}

function keyOf({ device, epoch }: JournalName): string {
  return `${device}/${epoch}`;
}

function emptyJournal(name: JournalName): Held {
  const replay = new JournalReplay(name);
  return { name, entries: [], replay, tree: new Frontier(), receipt: undefined };
}
