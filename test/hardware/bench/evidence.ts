import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  decodeEntry,
  type Entry,
  type EntryOf,
  type JournalReplay,
  type RecordingModel,
  type Verdict,
} from '@mingjing/protocol';
import type { Journal } from '../../../device/ports/journal.ts';
import { CameraProgram, judge } from '../../support/device-program.ts';
import { auditJournal } from '../../support/device-journal.ts';
import { readCard } from './disks.ts';

/** What a stranger with the agency's root and the court's key finds on a card. */
export class Evidence {
  readonly journal: Journal;
  readonly replay: JournalReplay;
  readonly verdict: Verdict;
  readonly #files: CameraProgram;
  readonly #unsealing: string;

  private constructor(
    journal: Journal,
    replay: JournalReplay,
    verdict: Verdict,
    files: CameraProgram,
    unsealing: string,
  ) {
    this.journal = journal;
    this.replay = replay;
    this.verdict = verdict;
    this.#files = files;
    this.#unsealing = unsealing;
  }

  static async read(card: string, into: string, identity: string, unsealing: string): Promise<Evidence> {
    await readCard(card, join(into, 'state'));
    const files = new CameraProgram(into, identity);
    const journal = files.openJournal();
    const replay = auditJournal(journal, identity);
    return new Evidence(journal, replay, await judge(files, journal, unsealing), files, unsealing);
  }

  get recordings(): readonly RecordingModel[] {
    return [...this.replay.recordings.values()];
  }

  /** Entries of a type, in order, as they are. */
  entries<T extends Entry['type']>(type: T): readonly EntryOf<T>[] {
    return this.#all.filter((entry): entry is EntryOf<T> => entry.type === type);
  }

  get #all(): readonly Entry[] {
    return this.journal.entries(0, this.journal.size).flatMap((bytes) => {
      const read = decodeEntry(bytes);
      return read.known ? [read.entry] : [];
    });
  }

  /** What was sealed, opened with the agency's key: one playable file a segment. */
  plaintext(recording: RecordingModel): readonly Uint8Array[] {
    return recording.segments.map((segment) =>
      this.#files.openSegment(this.journal, recording, segment, this.#unsealing),
    );
  }

  /** Every byte, every signature, nothing missing: the rest (receipt, time) is for others to say. */
  assertSound(): void {
    this.assertUnbroken();
    const { integrity, signer, sequence } = this.verdict.axes;
    assert.deepEqual([integrity, signer, sequence], ['good', 'good', 'good'], this.#complaints());
    assert.deepEqual([...this.replay.lost.keys()], [], 'nothing is journaled as lost');
  }

  /** As above, of a card that no boot has put in order yet. */
  assertUnbroken(): void {
    const faults = this.verdict.findings.filter(({ severity }) => severity === 'fault');
    assert.deepEqual(faults, [], this.#complaints());
  }

  #complaints(): string {
    return this.verdict.findings.map((finding) => JSON.stringify(finding)).join('\n');
  }

  close(): void {
    this.journal.close();
  }
}
