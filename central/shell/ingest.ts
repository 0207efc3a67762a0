import {
  cameraOrigin,
  equalBytes,
  fromBase64,
  MAX_MISSING,
  noteVerifier,
  openChain,
  openCheckpoint,
  ProtocolError,
  readCertificate,
  toUtf8,
  type Certificate,
  type Checkpoint,
  type Frontier,
  type IngestState,
  type JournalName,
  type JournalPage,
} from '@mingjing/protocol';
import { Refused } from '../core/errors.ts';
import type { Fact } from '../core/facts.ts';
import {
  decidePage,
  heldRun,
  type HeldRun,
  type IngestDecision,
  type SignedPage,
} from '../core/ingest-decision.ts';
import type { Catalogue, ForkRecord, JournalRecord } from '../ports/catalogue.ts';
import type { RaiseAlarm } from './alarms.ts';
import { KeyedMutex } from './keyed-mutex.ts';
import { Replays } from './replays.ts';

/** Proofs kept of one journal: more say nothing new, and a broken camera must not fill the disk. */
const MAX_FORKS = 16;
const ATTEMPTS = 5;

export interface IngestOptions {
  readonly catalogue: Catalogue;
  readonly agency: string;
  readonly roots: readonly string[];
  readonly raise: RaiseAlarm;
  readonly recordingsChanged: (name: JournalName, recordings: ReadonlySet<string>) => void;
  readonly now?: () => Date;
}

/**
 * Takes cameras' journals in. What the camera signed is kept, whatever it says; what it did not sign is refused; what
 * it signed against its own word is refused, kept as proof, and raises an alarm.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #catalogue: Catalogue;
  readonly #replays: Replays;
  readonly #locks = new KeyedMutex();

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue;
    this.#replays = new Replays(options.catalogue);
  }

  async state(name: JournalName): Promise<IngestState> {
    const [journal, missing] = await Promise.all([
      this.#catalogue.journal(name),
      this.#catalogue.missing(name, MAX_MISSING),
    ]);
    const { size = 0, receipted = 0 } = journal ?? {};
    return { epoch: name.epoch, size, missing: [...missing], receipted };
  }

  /** When it resolves, the page is durable. Rejects with `Refused`. */
  async takePage(device: string, page: JournalPage): Promise<IngestState> {
    const name = { device, epoch: page.epoch };
    const { signed, certificate } = openPage(name, page, this.#options);
    await this.#locks.run(cameraOrigin(name), () => this.#take(name, page, signed, certificate));
    return await this.state(name);
  }

  async #take(name: JournalName, page: JournalPage, signed: SignedPage, by: Certificate): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const journal = await this.#catalogue.journal(name);
      if (journal !== undefined && !sameKey(journal, by)) {
        const why = 'another key than the one known signs this epoch';
        return await this.#refuseFork(name, page, signed, 'other-key', why);
      }
      const held = await this.#heldRun(name, journal?.size ?? 0, signed);
      const decision = decidePage(held, signed);
      if ((await this.#carryOut(name, page, signed, held.size, decision)) === 'done') return;
    }
    throw new Refused('busy', `the journal of ${name.device} is being written by another; try again`);
  }

  async #carryOut(
    name: JournalName,
    page: JournalPage,
    signed: SignedPage,
    heldSize: number,
    decision: IngestDecision,
  ): Promise<'done' | 'again'> {
    switch (decision.decision) {
      case 'append':
        return await this.#append(name, page, signed.checkpoint, heldSize, decision.entries, decision.tree);
      case 'duplicate':
        if (signed.checkpoint.size === 0) return 'done';
        return await this.#append(name, page, signed.checkpoint, heldSize, [], decision.tree);
      case 'gap':
        throw new Refused('journal-gap', `${heldSize} entries are held, the page begins at ${page.from}`);
      case 'forked':
        return await this.#refuseFork(name, page, signed, 'contradiction', decision.why);
      case 'unreconciled':
        return await this.#refuseUnreconciled(name, page, signed, decision.why);
      case 'bad':
        throw new Refused('bad-journal', decision.why);
      default:
        return decision satisfies never;
    }
  }

  async #append(
    name: JournalName,
    page: JournalPage,
    { size, root }: Checkpoint,
    expected: number,
    entries: readonly Uint8Array[],
    tree: Frontier,
  ): Promise<'done' | 'again'> {
    const advance = entries.length === 0 ? undefined : await this.#replays.advance(name, expected, entries);
    const facts = advance?.facts ?? [];
    const outcome = await this.#catalogue.append({
      name,
      expected,
      evidence: page.evidence,
      entries,
      checkpoint: { size, root, subtrees: tree.subtrees, note: page.checkpoint },
      facts,
    });
    if (outcome === 'conflict') return 'again';
    advance?.keep();
    this.#tell(name, facts);
    return 'done';
  }

  /** The held entries the page touches, and the held tree before them. */
  async #heldRun(name: JournalName, size: number, page: SignedPage): Promise<HeldRun> {
    if (page.from > size) return { size, prefix: { size: 0, subtrees: [] }, entries: [] };
    const before = await this.#catalogue.checkpointAtMost(name, page.from);
    const start = before?.size ?? 0;
    const to = Math.min(size, page.from + page.entries.length);
    const entries = await this.#catalogue.entries(name, start, Math.max(to, page.from));
    return heldRun(size, before ?? { size: 0, subtrees: [] }, entries, page.from - start);
  }

  async #refuseFork(
    name: JournalName,
    page: JournalPage,
    signed: SignedPage,
    kind: ForkRecord['kind'],
    why: string,
  ): Promise<never> {
    const kept = await this.#keepFork(name, signed, kind, page.checkpoint, toUtf8(JSON.stringify(page)));
    if (kept === 'kept') this.#options.raise('journal-forked', 'critical', `${cameraOrigin(name)}: ${why}`);
    throw new Refused('journal-forked', why);
  }

  /**
   * 'bad-journal' asks the dock to send the journal once more from 0: from there a bent line shows as such, and
   * another history as a fork.
   */
  async #refuseUnreconciled(
    name: JournalName,
    { checkpoint }: JournalPage,
    signed: SignedPage,
    why: string,
  ): Promise<never> {
    const kept = await this.#keepFork(name, signed, 'unreconciled', checkpoint, toUtf8(checkpoint));
    if (kept === 'kept')
      this.#options.raise('journal-unreconciled', 'warning', `${cameraOrigin(name)}: ${why}`);
    throw new Refused('bad-journal', `${why}: send the journal from 0`);
  }

  #keepFork(
    name: JournalName,
    signed: SignedPage,
    kind: ForkRecord['kind'],
    note: string,
    page: Uint8Array,
  ): Promise<'kept' | 'known' | 'limit'> {
    const at = (this.#options.now?.() ?? new Date()).toISOString();
    return this.#catalogue.keepFork({ name, at, kind, size: signed.checkpoint.size, note, page }, MAX_FORKS);
  }

  #tell(name: JournalName, facts: readonly Fact[]): void {
    const faults = facts.filter((fact) => fact.fact === 'fault' && fact.code !== 'not-understood');
    for (const fault of faults.slice(0, 8)) {
      if (fault.fact !== 'fault') continue;
      const detail = `${cameraOrigin(name)}: entry ${fault.entry}: ${fault.code}`;
      this.#options.raise('journal-fault', 'warning', detail);
    }
    const changed = new Set(facts.flatMap((fact) => ('recording' in fact ? [fact.recording] : [])));
    if (changed.size > 0) this.#options.recordingsChanged(name, changed);
  }
}

/** Who signed the page, and that it did: chain, name, checkpoint. Throws `Refused` 'bad-journal'. */
function openPage(
  name: JournalName,
  page: JournalPage,
  { agency, roots }: Pick<IngestOptions, 'agency' | 'roots'>,
): { signed: SignedPage; certificate: Certificate } {
  try {
    const certificate = openChain(page.evidence, roots);
    const { use, role, id, epoch } = certificate.name;
    const fits = use === 'evidence' && role === 'camera' && id === name.device && epoch === name.epoch;
    if (!fits || certificate.name.agency !== agency)
      throw new Refused(
        'bad-journal',
        `the certificate is not of camera ${name.device}, epoch ${name.epoch}`,
      );
    const origin = cameraOrigin(name);
    const verifier = noteVerifier(origin, certificate.publicKey);
    const checkpoint = openCheckpoint(page.checkpoint, origin, [verifier]);
    return { signed: { from: page.from, entries: page.entries.map(fromBase64), checkpoint }, certificate };
  } catch (error) {
    if (error instanceof ProtocolError) throw new Refused('bad-journal', error.message, { cause: error });
    throw error;
  }
}

function sameKey(journal: JournalRecord, certificate: Certificate): boolean {
  const [leaf] = journal.evidence;
  return leaf !== undefined && equalBytes(readCertificate(leaf).publicKey, certificate.publicKey);
}
