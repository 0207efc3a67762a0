/** A loose card reads again after a minute, a bad sector never: so many failures, over so long, and it is given up. */
export const GIVE_UP_FAILURES = 5;
export const GIVE_UP_MS = 30 * 60_000;
const MAX_TRACKED = 1_000;

/** Objects that the medium refuses to read. One that cannot be read for ever would hold up every receipt behind it. */
export class ReadFailures {
  readonly #failures = new Map<string, { readonly sinceMono: number; readonly count: number }>();

  /** Whether the object is to be given up now. */
  failed(object: string, mono: number): boolean {
    const before = this.#failures.get(object) ?? { sinceMono: mono, count: 0 };
    const { sinceMono } = before;
    const count = before.count + 1;
    if (this.#failures.size < MAX_TRACKED || this.#failures.has(object))
      this.#failures.set(object, { sinceMono, count });
    return count >= GIVE_UP_FAILURES && mono - sinceMono >= GIVE_UP_MS;
  }

  /** It was read after all. */
  read(object: string): void {
    this.#failures.delete(object);
  }
}
