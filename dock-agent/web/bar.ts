import type { StorageView, UplinkView } from '../core/station-model.ts';
import { element, make, shape, showText } from './elements.ts';
import { inBytes, percentOf } from './figures.ts';
import { word } from './words.ts';

/** From this share on the outbox is nearly full, percent. */
const NEARLY_FULL = 85;

/** Uplink and outbox at a glance, and the dock's time. */
export class Bar {
  readonly #uplink = element('uplink', HTMLElement);
  readonly #storage = element('storage', HTMLElement);
  readonly #clock = element('clock', HTMLElement);
  /** The dock's clock less this machine's, milliseconds. */
  #offset = 0;

  constructor() {
    setInterval(() => this.#showClock(), 1_000);
  }

  /** The dock's wall clock, milliseconds. */
  get now(): number {
    return Date.now() + this.#offset;
  }

  setClock(at: number): void {
    this.#offset = at - Date.now();
    this.#showClock();
  }

  show(uplink: UplinkView, storage: StorageView | undefined): void {
    meter(this.#uplink, uplink.state === 'down' ? 'bad' : uplink.state === 'up' ? 'good' : 'still', [
      shape(`link-${uplink.state}`),
      make('span', { text: word(`link-${uplink.state}`) }),
    ]);
    this.#storage.hidden = storage === undefined;
    if (storage === undefined) return;
    const percent = percentOf(storage.bytes, storage.maxBytes);
    const mood = percent >= NEARLY_FULL ? 'bad' : storage.files > 0 ? 'busy' : 'still';
    const text =
      storage.bytes === 0
        ? word('outbox-empty')
        : `${word('outbox-used')} ${percent}% · ${inBytes(storage.bytes)}`;
    meter(this.#storage, mood, [shape('disk'), make('span', { text })]);
  }

  #showClock(): void {
    showText(this.#clock, new Date(this.now).toTimeString().slice(0, 5));
  }
}

/** Left alone if it says the same: a screen reader is not told it again. */
function meter(place: HTMLElement, mood: string, children: readonly [SVGElement, HTMLElement]): void {
  if (place.dataset['mood'] === mood && place.textContent === children[1].textContent) return;
  place.dataset['mood'] = mood;
  place.replaceChildren(...children);
}
