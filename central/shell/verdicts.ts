import {
  cameraOrigin,
  parseNote,
  parseCheckpointText,
  ProtocolError,
  verifyEvidence,
  type Checkpoint,
  type FootageSource,
  type PresentedEntry,
  type RecordingModel,
  type Verdict,
} from '@mingjing/protocol';
import { ReviewRefused } from '../core/errors.ts';
import type { Catalogue, ForkRecord, JournalRecord } from '../ports/catalogue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Footage } from './footage.ts';

export interface VerdictOptions {
  readonly catalogue: Catalogue;
  readonly objects: ObjectStore;
  readonly footage: Footage;
  readonly roots: readonly string[];
  /** The archive's evidence chain, PEM, leaf first. */
  readonly archiveChain: readonly string[];
}

/** Judges recordings by the protocol's one verifier, over the whole journal and every byte that is here. */
export class Verdicts {
  readonly #options: VerdictOptions;
  readonly #running = new Map<string, Promise<Verdict>>();

  constructor(options: VerdictOptions) {
    this.#options = options;
  }

  /**
   * The verdict on a recording as things stand now. Every byte is read anew each time: a verdict that was kept would
   * go on saying yes after a byte was changed. Only those who ask at once share one.
   */
  async of(journal: JournalRecord, recording: RecordingModel): Promise<Verdict> {
    const key = `${cameraOrigin(journal.name)} ${journal.size} ${journal.receipted} ${recording.recording}`;
    const running = this.#running.get(key) ?? this.#judge(journal, recording);
    this.#running.set(key, running);
    try {
      return await running;
    } finally {
      this.#running.delete(key);
    }
  }

  async #judge(journal: JournalRecord, recording: RecordingModel): Promise<Verdict> {
    const { catalogue, objects, roots, archiveChain } = this.#options;
    const names = [recording.opened.body.key.object, ...recording.segments.map(({ object }) => object)];
    const sizes = await Promise.all(names.map((name) => objects.confirm(name)));
    const here = new Set(names.filter((_, n) => sizes[n] !== undefined));
    const forks = await catalogue.forks(journal.name);
    const checkpoint = await catalogue.checkpointAtMost(journal.name, journal.size);
    if (checkpoint === undefined) throw new ReviewRefused('not-found', 'the journal has no checkpoint');
    const entries = await catalogue.entries(journal.name, 0, journal.size);
    return await verifyEvidence({
      journal: journal.name,
      entries: entries.map((bytes, index): PresentedEntry => ({ index, bytes })),
      checkpoint: checkpoint.note,
      cameraChain: journal.evidence,
      ...(journal.receipt === undefined ? {} : { receipt: { note: journal.receipt, chain: archiveChain } }),
      roots,
      known: forks.filter((fork) => fork.kind === 'contradiction').map(claimOf),
      recordings: [recording.recording],
      footage: this.#source(recording, here),
    });
  }

  /** The sealed bytes always; the plaintext too where this archive may unseal. */
  #source(recording: RecordingModel, here: ReadonlySet<string>): FootageSource {
    const { objects, footage } = this.#options;
    return {
      sealed: (object) => (here.has(object) ? { bytes: whole(objects.read(object)), place: {} } : undefined),
      content: (_recording, segment) =>
        footage.canUnseal && segment.content !== undefined && here.has(segment.object)
          ? { bytes: untilRefused(footage.plaintext(recording, segment)), place: {} }
          : undefined,
    };
  }
}

/** Its signature was checked before it was kept. */
function claimOf(fork: ForkRecord): Checkpoint {
  return parseCheckpointText(parseNote(fork.note).text);
}

async function* whole(opening: Promise<AsyncIterable<Uint8Array> | undefined>): AsyncGenerator<Uint8Array> {
  const bytes = await opening;
  if (bytes !== undefined) yield* bytes;
}

/** What cannot be opened ends there: the hash then differs, and the verdict says so. */
async function* untilRefused(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (error) {
    if (!(error instanceof ReviewRefused || error instanceof ProtocolError)) throw error;
  }
}
