import type { StationView } from '../core/station-model.ts';

export interface Hello {
  /** Of the page's files; another than before: the dock was upgraded. */
  readonly edition: string;
  readonly name: string;
  readonly desk: boolean;
  readonly service: boolean;
}

export type Told = StationView & {
  /** The dock's wall clock, milliseconds. */
  readonly at: number;
};

export interface LinkListeners {
  readonly hello: (hello: Hello) => void;
  readonly station: (told: Told) => void;
  /** The dock's wall clock, now and then. */
  readonly clock: (at: number) => void;
  readonly lost: () => void;
}

interface Events {
  readonly hello: Hello;
  readonly station: Told;
  readonly beat: { readonly at: number };
}

/** The dock says something every five seconds, if only that it is there. */
const SILENCE_MS = 12_000;
const AGAIN_MS = 1_000;

/** The line to the dock. It is taken up again by itself, for ever. */
export class DockLink {
  readonly #listeners: LinkListeners;
  #source: EventSource | undefined;
  #edition: string | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(listeners: LinkListeners) {
    this.#listeners = listeners;
  }

  open(): void {
    const source = new EventSource('/events');
    this.#source = source;
    const { hello, station, clock } = this.#listeners;
    this.#on(source, 'hello', (told) => {
      if (this.#edition !== undefined && this.#edition !== told.edition) location.reload();
      this.#edition = told.edition;
      hello(told);
    });
    this.#on(source, 'station', (told) => {
      clock(told.at);
      station(told);
    });
    this.#on(source, 'beat', ({ at }) => clock(at));
    source.onerror = () => this.#again(source);
    this.#listen(source);
  }

  #on<E extends keyof Events>(source: EventSource, event: E, listener: (data: Events[E]) => void): void {
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      this.#listen(source);
      listener(JSON.parse(data) as Events[E]);
    });
  }

  /** A line may die without a word. */
  #listen(source: EventSource): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#again(source), SILENCE_MS);
  }

  #again(source: EventSource): void {
    source.close();
    if (this.#source !== source) return;
    this.#source = undefined;
    clearTimeout(this.#silence);
    this.#listeners.lost();
    setTimeout(() => this.open(), AGAIN_MS);
  }
}
