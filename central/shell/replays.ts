import { cameraOrigin, JournalReplay, type JournalName } from '@mingjing/protocol';
import { deriveFacts, type Fact } from '../core/facts.ts';
import type { Catalogue } from '../ports/catalogue.ts';
import { Lru } from './lru.ts';

/** Entries whose replays are kept in memory, over all journals. */
const KEPT_ENTRIES = 400_000;
const PAGE = 4096;

interface Followed {
  readonly size: number;
  readonly replay: JournalReplay;
}

/**
 * Journals being followed. A replay is made from the entries when it is not in memory; nothing depends on its being
 * there. Callers MUST hold the journal's lock.
 */
export class Replays {
  readonly #catalogue: Pick<Catalogue, 'entries'>;
  readonly #followed = new Lru<Followed>(KEPT_ENTRIES, (followed) => followed.size + 1);

  constructor(catalogue: Pick<Catalogue, 'entries'>) {
    this.#catalogue = catalogue;
  }

  /** What entries that begin at `size` add. The replay is advanced only by {@link Advance.keep}. */
  async advance(name: JournalName, size: number, entries: readonly Uint8Array[]): Promise<Advance> {
    const key = cameraOrigin(name);
    const replay = await this.#at(name, size);
    this.#followed.delete(key); // it belongs to nobody until the entries are durable
    const facts = entries.flatMap((bytes, n) => deriveFacts(replay, size + n, bytes));
    const next = { size: size + entries.length, replay };
    return { facts, keep: () => this.#followed.set(key, next) };
  }

  async #at(name: JournalName, size: number): Promise<JournalReplay> {
    const followed = this.#followed.get(cameraOrigin(name));
    if (followed?.size === size) return followed.replay;
    const replay = new JournalReplay(name);
    for await (const _facts of replayed(this.#catalogue, name, size, replay));
    return replay;
  }
}

export interface Advance {
  readonly facts: readonly Fact[];
  keep(): void;
}

/** Facts of a whole journal, page by page: what `Catalogue.rebuild` takes. */
export async function* replayed(
  catalogue: Pick<Catalogue, 'entries'>,
  name: JournalName,
  size: number,
  replay = new JournalReplay(name),
): AsyncGenerator<Fact[]> {
  for (let from = 0; from < size; from += PAGE) {
    const entries = await catalogue.entries(name, from, Math.min(size, from + PAGE));
    yield entries.flatMap((bytes, n) => deriveFacts(replay, from + n, bytes));
  }
}
