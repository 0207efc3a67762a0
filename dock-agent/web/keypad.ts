import { said } from './desk-words.ts';
import { button, make } from './elements.ts';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ-'.split('');

export interface Asked {
  readonly title: string;
  /** Who is asked, as it was typed. */
  readonly who?: string;
  /** A PIN: digits alone, and not shown. */
  readonly secret: boolean;
  readonly start?: string | undefined;
  readonly maxLength: number;
}

/** Asks for a number or a PIN: by finger, by keyboard, or by a card reader that types and presses Enter. */
export class Keypad {
  readonly element: HTMLFormElement;
  readonly #input: HTMLInputElement;
  readonly #keys = make('div', { className: 'keys' });
  #letters = false;

  constructor({ title, who, secret, start, maxLength }: Asked, onDone: (text: string) => void) {
    const input = make('input', { className: 'typed', asItIs: true });
    this.#input = input;
    Object.assign(input, {
      type: secret ? 'password' : 'text',
      value: start ?? '',
      maxLength,
      autocomplete: 'off',
      spellcheck: false,
      inputMode: 'none', // the page has its own keys
    });
    const asked = make('span', { text: title });
    if (who !== undefined) asked.prepend(make('b', { text: who, asItIs: true }), ' · ');
    const label = make('label', { children: [asked, input] });
    const next = make('button', { className: 'main-action', text: said('next') });
    this.element = make('form', { className: 'keypad', children: [label, this.#keys, next] });
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      const { value } = input;
      if (value.trim() === '') return;
      if (secret) input.value = '';
      onDone(secret ? value : value.trim());
    });
    // A finger on a key leaves the typing where it is.
    this.#keys.addEventListener('pointerdown', (event) => event.preventDefault());
    this.#draw(secret);
  }

  focus(): void {
    this.#input.focus();
    const end = this.#input.value.length;
    this.#input.setSelectionRange(end, end);
  }

  #draw(secret: boolean): void {
    const type = (key: string): HTMLButtonElement => {
      const made = button(key, 'plain', () => this.#type(key));
      made.translate = false;
      return made;
    };
    const erase = button(said('erase'), 'plain', () => this.#erase());
    const other = button(said(this.#letters ? 'digits' : 'letters'), 'plain', () => {
      this.#letters = !this.#letters;
      this.#draw(secret);
    });
    this.#keys.dataset['keys'] = this.#letters ? 'letters' : 'digits';
    const keys = this.#letters ? LETTERS : DIGITS;
    const left = secret ? make('span') : other;
    this.#keys.replaceChildren(
      ...keys.map(type),
      ...(this.#letters ? [left, erase] : [left, type('0'), erase]),
    );
  }

  #type(key: string): void {
    if (this.#input.value.length < this.#input.maxLength) this.#input.value += key;
    this.focus();
  }

  #erase(): void {
    this.#input.value = this.#input.value.slice(0, -1);
    this.focus();
  }
}
