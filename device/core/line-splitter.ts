/** Cuts a stream of text into lines. What is longer than a line may be is noise: counted, and never held. */
export class LineSplitter {
  readonly #maxCharacters: number;
  #rest = '';
  #skipping = false;
  #dropped = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** Lines that were too long, so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whole lines, without their ends and without empty ones. */
  take(text: string): string[] {
    const pieces = text.split('\n');
    const lines: string[] = [];
    for (const [index, piece] of pieces.entries()) {
      this.#add(piece);
      if (index === pieces.length - 1) break;
      if (!this.#skipping && this.#rest.trim() !== '') lines.push(this.#rest.trim());
      this.forget();
    }
    return lines;
  }

  /** Another stream begins. */
  forget(): void {
    this.#rest = '';
    this.#skipping = false;
  }

  #add(piece: string): void {
    if (this.#skipping) return;
    if (this.#rest.length + piece.length <= this.#maxCharacters) {
      this.#rest += piece;
      return;
    }
    this.#rest = '';
    this.#skipping = true;
    this.#dropped += 1;
  }
}
