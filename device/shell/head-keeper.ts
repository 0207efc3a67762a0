import { cameraOrigin, toBase64 } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import { goesOnFrom, type JournalHead } from '../core/journal-head.ts';
import type { CameraHands } from '../ports/controls.ts';
import type { HeadMemory } from '../ports/head-memory.ts';
import type { Journal } from '../ports/journal.ts';

const PERIOD_MS = 1_000;

/**
 * Remembers, for as long as the process lives and as long as its memory lasts, how far the journal had come: a card
 * that was set back, or another, says nothing of that itself.
 */
export class HeadKeeper {
  readonly #memory: HeadMemory;
  readonly #log: Log;
  #head: JournalHead | undefined;

  constructor(memory: HeadMemory, log: Log) {
    this.#memory = memory;
    this.#log = log;
    this.#head = memory.recall();
  }

  /** What is remembered, if this journal does not go on from there. Before anything is appended to it. */
  missingIn(journal: Journal): JournalHead | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const rootAt = (size: number): string | undefined =>
      size > 0 && size - 1 < journal.first ? undefined : toBase64(journal.rootAt(size));
    const { size } = journal;
    return goesOnFrom(head, { origin: cameraOrigin(journal.name), size, rootAt }) ? undefined : head;
  }

  /** Keeps the head within a second of each entry, and when the camera's mode changes; gives what ends it. */
  follow(journal: Journal, hands: Pick<CameraHands, 'watch'>): () => void {
    const keep = (): void => this.#keep(journal);
    let mode: string | undefined;
    const unwatch = hands.watch((view) => {
      if (view.mode !== mode) keep();
      ({ mode } = view);
    });
    const timer = setInterval(keep, PERIOD_MS).unref();
    return () => {
      clearInterval(timer);
      unwatch();
      keep();
    };
  }

  #keep(journal: Journal): void {
    try {
      const { size } = journal;
      const origin = cameraOrigin(journal.name);
      if (this.#head?.size === size && this.#head.origin === origin) return;
      this.#head = { origin, size, root: toBase64(journal.rootAt(size)) };
      this.#memory.keep(this.#head);
    } catch (err) {
      this.#log.warn({ err }, 'how far the journal has come cannot be told');
    }
  }
}
