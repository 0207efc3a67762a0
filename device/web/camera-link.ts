import type { CameraView } from '../core/camera-view.ts';
import type { Cue, LightPattern } from '../core/signals.ts';
import type { Announcement } from '../ports/announcer.ts';
import type { WorldState } from '../ports/simulated-world.ts';

/** What the camera tells the page. */
export interface CameraEvents {
  readonly hello: { readonly page: string; readonly restart: string; readonly world: WorldState };
  readonly view: CameraView;
  readonly lights: LightPattern;
  readonly cue: { readonly cue: Cue; readonly silently: boolean };
  readonly say: readonly Announcement[];
  readonly world: WorldState;
}

/** What became of the camera: it does not answer, or it answers and does not know this page any more. */
export type Absence = 'gone' | 'stranger';

type OrderPath = '/button' | '/dock' | '/world' | '/power-cut';

const ASK_EVERY_MS = 1_000;
const ORDER_MS = 10_000;

/** The line to the camera. It is taken up again by itself for as long as the camera knows this page. */
export class CameraLink {
  readonly #listeners = new Map<string, ((data: never) => void)[]>();
  readonly #onAbsent: (absence: Absence | undefined) => void;
  readonly #turns = new Map<OrderPath, Promise<void>>();
  #source: EventSource | undefined;
  #page = '';

  constructor(onAbsent: (absence: Absence | undefined) => void) {
    this.#onAbsent = onAbsent;
    this.on('hello', ({ page }) => {
      this.#page = page;
      this.#onAbsent(undefined);
    });
  }

  /** Before `open`. */
  on<K extends keyof CameraEvents>(event: K, listener: (data: CameraEvents[K]) => void): void {
    const listeners = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...listeners, listener]);
  }

  open(): void {
    const source = new EventSource('/events');
    this.#source = source;
    for (const [event, listeners] of this.#listeners) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => {
        for (const listener of listeners) listener(JSON.parse(data) as never);
      });
    }
    source.onerror = () => {
      source.close();
      if (this.#source === source) void this.#await();
    };
  }

  /** Sends an order, behind those sent to the same path before it: a button goes up after it went down. */
  order(path: OrderPath, body: object): void {
    const turn = (this.#turns.get(path) ?? Promise.resolve()).then(() => this.#send(path, body));
    this.#turns.set(path, turn);
  }

  async #send(path: OrderPath, body: object): Promise<void> {
    // What is not taken shows by what the camera does not do.
    await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(path === '/button' ? { ...body, page: this.#page } : body),
      signal: AbortSignal.timeout(ORDER_MS),
    }).catch(() => undefined);
  }

  async #await(): Promise<void> {
    for (;;) {
      const known = await this.#isKnown();
      if (known === true) {
        this.open();
        return;
      }
      this.#onAbsent(known === undefined ? 'gone' : 'stranger');
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  async #isKnown(): Promise<boolean | undefined> {
    try {
      const response = await fetch('/alive');
      return ((await response.json()) as { known: boolean }).known;
    } catch {
      return undefined;
    }
  }
}
