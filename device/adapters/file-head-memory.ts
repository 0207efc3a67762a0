import { readFileSync } from 'node:fs';
import { fromUtf8 } from '@mingjing/protocol';
import { writeDurably, type Log } from '@mingjing/runtime';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { JournalHead } from '../core/journal-head.ts';
import type { HeadMemory } from '../ports/head-memory.ts';

const Head = Type.Object(
  {
    origin: Type.String({ maxLength: 512 }),
    size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    root: Type.String({ minLength: 44, maxLength: 44 }),
  },
  { additionalProperties: false },
);

/** One small file. It never stops the camera: what cannot be read or written is logged, and done without. */
export class FileHeadMemory implements HeadMemory {
  readonly #path: string;
  readonly #log: Log;
  #failing = false;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  recall(): JournalHead | undefined {
    try {
      const head: unknown = JSON.parse(fromUtf8(readFileSync(this.#path)));
      if (Check(Head, head)) return head;
      this.#log.error({ file: this.#path }, 'what is remembered of the journal is not readable');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.error({ err, file: this.#path }, 'what is remembered of the journal cannot be read');
    }
    return undefined;
  }

  keep(head: JournalHead): boolean {
    try {
      writeDurably(this.#path, JSON.stringify(head));
      this.#failing = false;
      return true;
    } catch (err) {
      if (!this.#failing)
        this.#log.warn({ err, file: this.#path }, 'how far the journal has come cannot be remembered there');
      this.#failing = true;
      return false;
    }
  }
}
