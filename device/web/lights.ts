import { LAMPS, type Blink, type Lamp, type LightPattern } from '../core/signals.ts';
import { element } from './elements.ts';
import { onLanguage, word, type WordKey } from './words.ts';

/** One lamp, going exactly as the camera's would. */
class LampPlayer {
  readonly #lamp: HTMLElement;
  readonly #name: WordKey;
  #blink: Blink = 'off';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(lamp: Lamp) {
    this.#lamp = element(`light-${lamp}`, HTMLElement);
    this.#name = `light-${lamp}`;
    this.label();
  }

  play(blink: Blink): void {
    if (JSON.stringify(blink) === JSON.stringify(this.#blink)) return;
    this.#blink = blink;
    clearTimeout(this.#timer);
    this.label();
    if (typeof blink === 'string') this.#light(blink === 'on');
    else this.#beat(blink, 0);
  }

  /** In words, for whoever does not see it. */
  label(): void {
    const how = this.#blink === 'on' ? 'lit' : this.#blink === 'off' ? 'dark' : 'blinking';
    this.#lamp.setAttribute('aria-label', `${word(this.#name)}: ${word(how)}`);
    this.#lamp.dataset['blink'] = how;
  }

  #beat(rhythm: readonly number[], index: number): void {
    this.#light(index % 2 === 0);
    this.#timer = setTimeout(() => this.#beat(rhythm, (index + 1) % rhythm.length), rhythm[index]);
  }

  #light(lit: boolean): void {
    this.#lamp.dataset['lit'] = String(lit);
  }
}

/** The three lamps. */
export class Lights {
  readonly #players = LAMPS.map((lamp) => ({ lamp, player: new LampPlayer(lamp) }));

  constructor() {
    onLanguage(() => {
      for (const { player } of this.#players) player.label();
    });
  }

  show(pattern: LightPattern): void {
    for (const { lamp, player } of this.#players) player.play(pattern[lamp]);
  }
}
