import { readFile, stat } from 'node:fs/promises';
import { MAX_ROSTER_BYTES, openRoster, type Roster } from '@mingjing/protocol';
import type { Log } from '@mingjing/runtime';
import type { Trust } from '../core/check-camera.ts';
import type { Clock } from '../ports/clock.ts';
import type { IssueStore } from '../ports/issue-store.ts';
import type { RosterSource } from '../ports/roster-source.ts';

export interface RosterFileParts {
  readonly path: string;
  readonly trust: Trust;
  readonly clock: Pick<Clock, 'wall'>;
  /** Remembers how far the rosters have come: an older one is not taken, also after a restart. */
  readonly versions: Pick<IssueStore, 'rosterVersion' | 'keepRosterVersion'>;
  readonly log: Log;
}

/** A file that `mingjing roster sign` wrote, put in place whole. It is looked at anew when it changes. */
export class RosterFileSource implements RosterSource {
  readonly #parts: RosterFileParts;
  #seen: string | undefined;
  #roster: Roster | undefined;

  constructor(parts: RosterFileParts) {
    this.#parts = parts;
  }

  async current(): Promise<Roster | undefined> {
    const { path, log } = this.#parts;
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const seen = `${ino} ${mtimeMs} ${size}`;
      // One that did not hold may hold once the dock's own clock is set.
      if (seen === this.#seen) return this.#roster;
      if (size > MAX_ROSTER_BYTES) throw new RangeError(`over ${MAX_ROSTER_BYTES} bytes`);
      this.#take(JSON.parse(await readFile(path, 'utf8')));
      this.#seen = seen;
    } catch (err) {
      log.error({ err, path }, 'this roster does not hold; the one before stays in force, if there was one');
    }
    return this.#roster;
  }

  #take(file: unknown): void {
    const { trust, clock, versions, log } = this.#parts;
    const roster = openRoster(file, { ...trust, at: clock.wall() });
    const { version, officers } = roster;
    const highest = versions.rosterVersion();
    if (version < highest) throw new RangeError(`version ${version} after ${highest}`);
    if (version > highest) versions.keepRosterVersion(version);
    this.#roster = roster;
    log.info({ version, officers: officers.length }, 'roster');
  }
}
