import {
  openCustodyCheckpoint,
  ProtocolError,
  toBase64,
  type ArchiveNote,
  type EvidenceTrust,
  type RefusalCode,
} from '@mingjing/protocol';
import { anchorBook, judgeAnchor, withAnchor, type Anchor, type AnchorBook } from '../core/anchor-rules.ts';
import type { AnswerCode } from '../core/answers.ts';
import type { Alarms } from './alarms.ts';
import type { CameraPorts } from './camera-ports.ts';
import { storageFailureOf } from './executors.ts';

export interface AnchorParts {
  readonly ports: Pick<CameraPorts, 'clock' | 'log' | 'journal'>;
  readonly alarms: Pick<Alarms, 'raise'>;
  readonly trust: () => EvidenceTrust;
  /** What the journal names already. */
  readonly anchors: Iterable<Anchor>;
}

/** What the journal can write down, and no log of people's deeds ever reaches. */
const MAX_SIZE = 0xffff_ffff;

/**
 * Writes down how far the archive's custody log had come when a dock brought its checkpoint. Nobody could know that root
 * before the log had it: what stands behind the entry was written later. Of two pasts the camera keeps proof.
 */
export class AnchorDesk {
  readonly #parts: AnchorParts;
  #book: AnchorBook;

  constructor(parts: AnchorParts) {
    this.#parts = parts;
    this.#book = anchorBook(parts.anchors);
  }

  docked(): void {
    this.#book = { ...this.#book, docking: this.#book.docking + 1 };
  }

  /** What it says is durable when it returns. */
  take(delivery: ArchiveNote): AnswerCode | RefusalCode {
    const { ports, alarms } = this.#parts;
    let anchor: Anchor;
    try {
      anchor = this.#open(delivery);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      alarms.raise('bad-anchor', 'critical', error.message);
      return 'bad-anchor';
    }
    const verdict = judgeAnchor(this.#book, anchor, ports.clock.now().mono);
    switch (verdict) {
      case 'known':
        return 'anchored';
      case 'journal':
        return this.#journal(anchor);
      case 'older':
        return 'anchor-older';
      case 'busy':
        return 'busy';
      case 'forked':
        this.#forked(delivery, anchor);
        return 'archive-forked';
      default:
        return verdict satisfies never;
    }
  }

  #open(delivery: ArchiveNote): Anchor {
    const { origin, size, root } = openCustodyCheckpoint(delivery, this.#parts.trust()).checkpoint;
    if (size === 0) throw new ProtocolError('bad-checkpoint', `the log ${origin} is empty`);
    if (size > MAX_SIZE) throw new ProtocolError('bad-checkpoint', `the log ${origin} has ${size} entries`);
    return { origin, size, root: toBase64(root) };
  }

  #journal(anchor: Anchor): AnswerCode {
    const { clock, journal, log } = this.#parts.ports;
    try {
      journal.append({ type: 'anchored', ...anchor });
    } catch (err) {
      if (storageFailureOf(err) === undefined) throw err;
      log.error({ err }, 'a checkpoint could not be journaled');
      return 'storage-failed';
    }
    this.#book = withAnchor(this.#book, anchor, clock.now().mono);
    return 'anchored';
  }

  /** The entry with the root that was anchored is in the journal; the alarm brings what the archive signed later. */
  #forked({ note }: ArchiveNote, { origin, size }: Anchor): void {
    const { alarms, ports } = this.#parts;
    const held = this.#book.held.get(origin);
    ports.log.error({ origin, held, offered: note }, 'the archive’s log is not the one that was anchored');
    const detail = `${origin}: ${size} entries had root ${held?.root ?? ''}. Now signed: ${signedByArchive(note, origin)}`;
    alarms.raise('archive-forked', 'critical', detail);
  }
}

/** The note without what witnesses have added: short enough for an entry, and it proves itself. */
function signedByArchive(note: string, origin: string): string {
  const mark = `— ${origin.slice(0, origin.lastIndexOf('/'))} `;
  const [text = '', signatures = ''] = note.split('\n\n');
  return `${text}\n\n${signatures.split('\n').find((line) => line.startsWith(mark)) ?? ''}\n`;
}
