import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, toHex, toUtf8 } from '@mingjing/protocol';
import { syncDirectory, writeDurably } from '@mingjing/runtime';
import type { ForkProof, ForkProofs } from '../ports/witness-state.ts';

/** One past and another are enough: what comes after these is told and not kept. */
const MAX_PROOFS = 64;

/** Each proof is two files, named by what is in them: `….held.txt`, `….offered.txt`. */
export class ForkFiles implements ForkProofs {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  keep({ held, offered }: ForkProof): string {
    const name = toHex(sha256(toUtf8(held), toUtf8(offered))).slice(0, 16);
    const [first, second] = [`${name}.held.txt`, `${name}.offered.txt`].map((file) =>
      join(this.#directory, file),
    ) as [string, string];
    if (existsSync(second)) return second;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    syncDirectory(join(this.#directory, '..'));
    const kept = readdirSync(this.#directory).filter((file) => file.endsWith('.offered.txt'));
    if (kept.length >= MAX_PROOFS) return this.#directory;
    writeDurably(first, held);
    writeDurably(second, offered);
    return second;
  }
}
