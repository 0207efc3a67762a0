import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SUPPLY_FILES, sumUpSupplies, type SupplyFacts } from '../core/power-supplies.ts';
import type { Power, PowerState } from '../ports/power.ts';

const MAX_SUPPLIES = 32;
const MAX_WORD_BYTES = 64;
/** A gauge sits on a slow bus; one that takes longer hangs. */
const PATIENCE_MS = 3_000;

/**
 * Batteries and chargers as Linux knows them, whatever the gauge. A gauge whose bus hangs holds a thread of the pool
 * that writes footage: therefore one look at a time, and no other until it has come back.
 */
export class SysfsPower implements Power {
  readonly #directory: string;
  #look: Promise<PowerState | undefined> | undefined;

  constructor(directory = '/sys/class/power_supply') {
    this.#directory = directory;
  }

  async read(): Promise<PowerState | undefined> {
    if (this.#look !== undefined) return undefined;
    const look = this.#readAll().catch(() => undefined);
    this.#look = look;
    void look.then(() => (this.#look = undefined));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    try {
      return await Promise.race([look, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One file after another: a hung bus holds one thread, not four. */
  async #readAll(): Promise<PowerState | undefined> {
    const names = (await readdir(this.#directory)).toSorted().slice(0, MAX_SUPPLIES);
    const supplies: SupplyFacts[] = [];
    for (const name of names) {
      const facts: Record<string, string> = {};
      for (const file of SUPPLY_FILES) {
        const word = await readWord(join(this.#directory, name, file));
        if (word !== undefined) facts[file] = word;
      }
      supplies.push(facts);
    }
    return sumUpSupplies(supplies);
  }
}

/** Undefined: there is no such file, or the driver cannot say at this moment. */
async function readWord(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_WORD_BYTES), 0, MAX_WORD_BYTES);
      return buffer.toString('latin1', 0, bytesRead).trim();
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
