import type { ServerResponse } from 'node:http';
import { Refused } from '../core/errors.ts';

/** So many requests of a kind at once; the next is told to come again. */
export class Slots {
  readonly #limit: number;
  readonly #what: string;
  #taken = 0;

  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** Takes a slot until the answer has ended, however it ends. Rejects with `Refused` 'busy'. */
  take(answer: ServerResponse): Promise<void> {
    if (this.#taken >= this.#limit)
      return Promise.reject(new Refused('busy', `${this.#limit} ${this.#what} are under way; try again`));
    this.#taken += 1;
    answer.once('close', () => {
      this.#taken -= 1;
    });
    return Promise.resolve();
  }
}
