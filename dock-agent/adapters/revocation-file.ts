import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import {
  isRevoked,
  openRevocationList,
  splitRevocationLists,
  type IssuedAs,
  type RevocationList,
} from '@mingjing/protocol';
import type { Revocations } from '../ports/revocations.ts';

export type RevocationTrouble = 'revocations-bad' | 'revocations-stale';

export interface RevocationFileOptions {
  readonly path: string;
  /** False: the agency need not have any. */
  readonly required: boolean;
  /** Who may have signed it: PEM, each checked up to its root. */
  readonly authorities: readonly string[];
  readonly now: () => Date;
  /** `why` undefined: well. May be told again and again. */
  readonly told: (trouble: RevocationTrouble, why: string | undefined) => void;
}

/** A hundred thousand certificates. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The agency's revocation lists, PEM or DER, in a file that is looked at for each question and read when it changed. */
export class RevocationFile implements Revocations {
  readonly #options: RevocationFileOptions;
  #lists: readonly RevocationList[] = [];
  #seen: string | undefined;

  constructor(options: RevocationFileOptions) {
    this.#options = options;
  }

  revoked(certificate: IssuedAs): boolean {
    this.#refresh();
    return isRevoked(this.#lists, certificate);
  }

  #refresh(): void {
    const { told, now, path } = this.#options;
    try {
      const bytes = this.#changed();
      if (bytes !== undefined) this.#take(bytes);
      if (bytes !== undefined) told('revocations-bad', undefined);
    } catch (error) {
      told('revocations-bad', `${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const stale = this.#lists.find(({ nextUpdate }) => nextUpdate < now());
    const why = stale && `${path}: a newer list was due on ${stale.nextUpdate.toISOString()}`;
    told('revocations-stale', why);
  }

  /** undefined: it is as it was, or there is none and need be none. */
  #changed(): Buffer | undefined {
    const file = this.#open();
    if (file === undefined) return undefined;
    try {
      const { ino, size, mtimeMs, ctimeMs } = fstatSync(file);
      const seen = [ino, size, mtimeMs, ctimeMs].join(' ');
      if (seen === this.#seen) return undefined;
      this.#seen = seen;
      if (size > MAX_BYTES) throw new RangeError(`more than ${MAX_BYTES} bytes`);
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  }

  #open(): number | undefined {
    try {
      return openSync(this.#options.path, 'r');
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (missing && !this.#options.required && this.#lists.length === 0) return undefined;
      this.#seen = undefined;
      throw error;
    }
  }

  /** All of the file or nothing: one bad list says that somebody bent it. */
  #take(bytes: Buffer): void {
    const lists = splitRevocationLists(bytes).map((der) =>
      openRevocationList(der, this.#options.authorities),
    );
    if (lists.length === 0) throw new RangeError('there is no list in it');
    for (const list of lists) {
      const before = this.#lists.find(({ issuer }) => issuer === list.issuer);
      if (before !== undefined && isOlder(list, before))
        throw new RangeError(`a list of ${list.issuer} is older than the one before`);
    }
    const others = this.#lists.filter(({ issuer }) => lists.every((list) => list.issuer !== issuer));
    this.#lists = [...others, ...lists];
  }
}

function isOlder(list: RevocationList, before: RevocationList): boolean {
  return (list.number ?? 0n) < (before.number ?? 0n) || list.thisUpdate < before.thisUpdate;
}
