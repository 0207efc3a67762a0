import type { BayView } from '../core/station-model.ts';
import { columnsFor } from './columns.ts';
import { Tile } from './tile.ts';

/** All bays at once, however many: nothing is scrolled to. */
export class Grid {
  readonly #place: HTMLElement;
  readonly #onTouch: (bay: number) => void;
  readonly #tiles = new Map<number, Tile>();

  constructor(place: HTMLElement, onTouch: (bay: number) => void) {
    this.#place = place;
    this.#onTouch = onTouch;
    new ResizeObserver(() => this.#arrange()).observe(place);
  }

  show(bays: readonly BayView[]): void {
    const fresh = bays.filter(({ bay }) => !this.#tiles.has(bay));
    for (const { bay } of fresh) this.#tiles.set(bay, new Tile(() => this.#onTouch(bay)));
    for (const view of bays) this.#tiles.get(view.bay)?.show(view);
    if (fresh.length === 0) return;
    this.#place.replaceChildren(...[...this.#tiles.values()].map(({ element }) => element));
    this.#arrange();
  }

  #arrange(): void {
    const { clientWidth, clientHeight } = this.#place;
    const columns = columnsFor(this.#tiles.size, clientWidth, clientHeight);
    this.#place.style.setProperty('--columns', String(columns));
    this.#place.style.setProperty('--rows', String(Math.ceil(this.#tiles.size / columns)));
  }
}
