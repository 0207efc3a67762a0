import type { Words } from '../core/screen-words.ts';
import { element } from './elements.ts';
import { onLanguage, pick } from './words.ts';

const KEPT = 60;

interface Line {
  readonly at: string;
  readonly words: Words;
  readonly kind: 'said' | 'heard' | 'warned';
}

/** What the camera said and did, newest first. */
export class Happenings {
  readonly #log = element('log', HTMLOListElement);
  #lines: Line[] = [];

  constructor() {
    onLanguage(() => this.#log.replaceChildren(...this.#lines.map(item)));
  }

  add(line: Line): void {
    this.#lines = [line, ...this.#lines].slice(0, KEPT);
    this.#log.prepend(item(line));
    while (this.#log.childElementCount > KEPT) this.#log.lastElementChild?.remove();
  }
}

function item({ at, words, kind }: Line): HTMLLIElement {
  const line = document.createElement('li');
  line.dataset['kind'] = kind;
  const time = Object.assign(document.createElement('time'), { textContent: at, translate: false });
  line.append(time, Object.assign(document.createElement('span'), { textContent: pick(words) }));
  return line;
}
