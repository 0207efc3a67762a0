import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFootageMap, type FootageMap, type Verdict } from '@mingjing/protocol';
import { verifyExport } from '../../provisioning/verify/verify-export.ts';
import { filesOf } from './attacker.ts';
import type { Fleet } from './fleet.ts';

export const PRE_RECORD_SECONDS = 4;
export const RECORD_MS = 9_000;

/** What one run of the main job left behind, for the suites that look at it. */
export class MainJob {
  readonly fleet: Fleet;
  /** The export. */
  readonly bag: string;
  readonly roots: readonly string[];

  constructor(fleet: Fleet, bag: string, roots: readonly string[]) {
    this.fleet = fleet;
    this.bag = bag;
    this.roots = roots;
  }

  async verdictOf(bag: string): Promise<Verdict> {
    return await verifyExport(bag, this.roots);
  }

  map(): FootageMap {
    return parseFootageMap(readFileSync(join(this.bag, 'data/footage.json')));
  }

  video(): string {
    return join(this.bag, this.map().parts[0]?.file ?? '');
  }

  /** Journal entries of one type, in order. */
  entries<T>(type: string): T[] {
    return filesOf(this.bag)
      .filter((path) => path.startsWith('data/entries/'))
      .map((path) => JSON.parse(readFileSync(join(this.bag, path), 'utf8')) as { type: string } & T)
      .filter((entry) => entry.type === type);
  }
}
