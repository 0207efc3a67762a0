import type { ServerResponse } from 'node:http';
import { Refused } from '../core/errors.ts';

export interface SlotLimits {
  readonly total: number;
  readonly perPeer: number;
}

/** So many requests of a kind at once, and so many of them for one machine; the next is told to come again. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #what: string;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(limits: SlotLimits, what: string) {
    this.#limits = limits;
    this.#what = what;
  }

  /** Takes a slot until the answer has ended, however it ends. Rejects with `Refused` 'busy'. */
  take(peer: string, answer: Pick<ServerResponse, 'once'>): Promise<void> {
    const own = this.#taken.get(peer) ?? 0;
    if (this.#total >= this.#limits.total) return busy(`${this.#total} ${this.#what} are under way`);
    if (own >= this.#limits.perPeer) return busy(`${own} ${this.#what} of ${peer} are under way`);
    this.#total += 1;
    this.#taken.set(peer, own + 1);
    answer.once('close', () => this.#release(peer));
    return Promise.resolve();
  }

  #release(peer: string): void {
    this.#total -= 1;
    const left = (this.#taken.get(peer) ?? 1) - 1;
    if (left === 0) this.#taken.delete(peer);
    else this.#taken.set(peer, left);
  }
}

function busy(why: string): Promise<never> {
  return Promise.reject(new Refused('busy', `${why}; try again`));
}
