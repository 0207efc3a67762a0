import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import {
  equalBytes,
  Frontier,
  ReceiptDelivery,
  type IngestState,
  type JournalName,
  type JournalPage,
} from '@mingjing/protocol';
import { entriesOf, factsOf, fits, grownTree, OutboxError } from '../../core/outbox-rules.ts';
import type { OutboxStore, OutboxUsage, WaitingJournal } from '../../ports/outbox-store.ts';
import { ObjectFiles, storing, type Attempt } from './object-files.ts';
import { OutboxIndex, type JournalRow } from './outbox-index.ts';

export interface DiskOutboxOptions {
  readonly directory: string;
  /** Of objects and pages together. */
  readonly maxBytes: number;
  /** Left free on the disk. */
  readonly reserveBytes: number;
  /** Something that lies here is not what it was. */
  readonly onDamaged?: (what: string) => void;
  readonly attempt?: Attempt;
}

const receiptShape = Compile(ReceiptDelivery);

/**
 * The outbox as files beside a SQLite index.
 *
 * INVARIANT: a file is durable under its name before the index says 'held', and the index says 'going' before a file
 * is removed. So after a cut at any instant a file may be there too much, and none is missing.
 */
export class DiskOutbox implements OutboxStore {
  readonly #options: DiskOutboxOptions;
  readonly #attempt: Attempt;
  readonly #files: ObjectFiles;
  readonly #index: OutboxIndex;
  #underWay = 0;

  constructor(options: DiskOutboxOptions) {
    this.#options = options;
    this.#attempt = options.attempt ?? ((_what, act) => act());
    const damaged = options.onDamaged ?? (() => undefined);
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.#files = new ObjectFiles(options.directory, this.#attempt);
    this.#index = new OutboxIndex(join(options.directory, 'index.sqlite'), (why) =>
      damaged(`the index was put aside: ${why instanceof Error ? why.message : 'unreadable'}`),
    );
    this.#reconcile(damaged);
  }

  state(name: JournalName): IngestState {
    const row = this.#index.journal(name);
    if (row === undefined) return { epoch: name.epoch, size: 0, missing: [], receipted: 0 };
    return {
      epoch: name.epoch,
      size: Math.max(row.held, row.covered),
      missing: this.#index.missing(row.id),
      receipted: row.covered,
    };
  }

  async takePage(name: JournalName, page: JournalPage, at: number): Promise<IngestState> {
    return await storing(() => {
      const entries = entriesOf(page);
      this.#attempt('commit', () => this.#index.transaction(() => this.#take(name, page, entries, at)));
      return this.state(name);
    });
  }

  async put(object: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    if (!this.#index.isNamed(object, size))
      throw new OutboxError('not-named', `object ${object} is named by no page held here`);
    const there = this.#index.file(object);
    if (there?.state === 'held' && there.size === size) return;
    this.#requireRoom(size, there?.size ?? 0);
    this.#underWay += size;
    try {
      const incoming = await this.#files.receive(object, size, bytes);
      await storing(() => {
        // Covered by a receipt while it came: nobody would let go of it any more.
        if (!this.#index.isNamed(object, size)) {
          this.#files.drop(incoming);
          return;
        }
        this.#files.place(incoming, object);
        this.#attempt('commit', () => this.#index.putFile(object, size, 'held'));
      });
    } finally {
      this.#underWay -= size;
    }
  }

  holds(object: string): boolean {
    return this.#index.file(object)?.state === 'held';
  }

  journals(): readonly WaitingJournal[] {
    return this.#index.waiting();
  }

  pageBeyond(name: JournalName, size: number): JournalPage | undefined {
    const row = this.#index.journal(name);
    return row === undefined ? undefined : this.#index.pageBeyond(row.id, size);
  }

  async forgetPages(name: JournalName, beyond: number): Promise<void> {
    await storing(() => {
      const row = this.#index.journal(name);
      if (row === undefined || row.held <= beyond) return;
      this.#attempt('commit', () =>
        this.#index.transaction(() => {
          this.#index.dropPagesBeyond(row.id, beyond);
          this.#index.putJournal(name, { ...row, held: beyond, subtrees: undefined });
        }),
      );
    });
  }

  read(object: string): AsyncIterable<Uint8Array> {
    return this.#files.read(object);
  }

  async discard(object: string): Promise<void> {
    await storing(() => {
      this.#attempt('commit', () => this.#index.dropFile(object));
      try {
        this.#files.putAside(object);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    });
  }

  receipt(name: JournalName): ReceiptDelivery | undefined {
    const text = this.#index.journal(name)?.receipt;
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return receiptShape.Check(value) ? value : undefined;
  }

  async cover(name: JournalName, size: number, delivery: ReceiptDelivery): Promise<void> {
    await storing(() => {
      const row = this.#index.journal(name) ?? FRESH(name);
      if (size <= row.covered) return;
      this.#attempt('commit', () =>
        this.#index.transaction(() => {
          const id = this.#index.putJournal(name, {
            ...row,
            covered: size,
            receipt: JSON.stringify(delivery),
          });
          this.#index.letGo(id, size);
        }),
      );
      this.#removeGoing();
    });
  }

  usage(): OutboxUsage {
    const waiting = this.#index.waiting();
    return { ...this.#index.used(), journals: waiting.length, oldest: waiting[0]?.docked };
  }

  close(): void {
    this.#index.close();
  }

  #take(name: JournalName, page: JournalPage, entries: readonly Uint8Array[], at: number): void {
    const row = caughtUp(this.#index.journal(name) ?? FRESH(name));
    const end = page.from + entries.length;
    if (page.from > row.held)
      throw new OutboxError('page-gap', `${row.held} entries are held, the page begins at ${page.from}`);
    this.#requireSame(row, page.from, entries);
    if (end <= row.held) return;
    const text = JSON.stringify(page).length;
    this.#requireRoom(text, 0);
    const fresh = entries.slice(row.held - page.from);
    const tree =
      row.subtrees === undefined
        ? undefined
        : grownTree(new Frontier(row.held, row.subtrees), fresh, page.checkpoint);
    const docked = this.#index.waits(row.id) ? row.docked : at;
    const id = this.#index.putJournal(name, { ...row, docked, held: end, subtrees: tree?.subtrees });
    this.#index.putPage(id, page);
    this.#index.takeFacts(id, factsOf(row.held, fresh));
  }

  /** Of what was held of the page before, as far as it still is. `code` 'page-forked'. */
  #requireSame(row: JournalRow, from: number, entries: readonly Uint8Array[]): void {
    const to = Math.min(row.held, from + entries.length);
    for (let at = from; at < to;) {
      const known = this.#index.pageBeyond(row.id, at);
      if (known === undefined) return;
      const bytes = entriesOf(known);
      const last = Math.min(to, known.from + bytes.length);
      for (at = Math.max(at, known.from); at < last; at += 1) {
        const before = bytes[at - known.from];
        const now = entries[at - from];
        if (before === undefined || now === undefined || !equalBytes(before, now))
          throw new OutboxError('page-forked', `entry ${at} is another than the one held`);
      }
    }
  }

  #requireRoom(size: number, replaced: number): void {
    const { maxBytes, reserveBytes } = this.#options;
    const used = this.#index.used().bytes - replaced;
    const room = { used, underWay: this.#underWay, free: this.#files.free, maxBytes, reserveBytes };
    if (!fits(size, room)) throw new OutboxError('full', `no room for ${size} bytes; ${used} are used`);
  }

  /** What lies on the disk, against what the index says. A wrong byte shows later, when the file is hashed. */
  #reconcile(damaged: (what: string) => void): void {
    const there = new Map([...this.#files.all()].map(({ object, size }) => [object, size]));
    for (const { object, size, state } of this.#index.files()) {
      const found = there.get(object);
      there.delete(object);
      if (state === 'going') continue;
      if (found === size) continue;
      if (state === 'held') damaged(`object ${object}: ${found ?? 'no'} bytes in place of ${size}`);
      this.#index.dropFile(object);
      if (found !== undefined) this.#index.putFile(object, found, 'found');
    }
    for (const [object, size] of there) this.#index.putFile(object, size, 'found');
    try {
      this.#removeGoing();
    } catch {
      // It is tried again with the next receipt.
    }
  }

  #removeGoing(): void {
    for (const { object, state } of this.#index.files()) {
      if (state !== 'going') continue;
      this.#files.remove(object);
      this.#attempt('commit', () => this.#index.dropFile(object));
    }
  }
}

const FRESH = (name: JournalName): JournalRow => ({
  id: 0,
  name,
  docked: 0,
  held: 0,
  covered: 0,
  subtrees: [],
  receipt: undefined,
});

/** What the archive has a receipt for need not be held: the journal goes on from there. */
function caughtUp(row: JournalRow): JournalRow {
  return row.covered > row.held ? { ...row, held: row.covered, subtrees: undefined } : row;
}
