import type { Cue, LightPattern } from '../../core/signals.ts';
import type { Announcement, Announcer } from '../../ports/announcer.ts';
import type { ButtonEdge, ButtonName, Buttons } from '../../ports/buttons.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Signals } from '../../ports/signals.ts';

/** Tells every open page. */
export type Tell = (event: 'lights' | 'cue' | 'say', data: unknown) => void;

const DARK: LightPattern = { green: 'off', yellow: 'off', red: 'off' };

/** The lights, the buzzer and the vibration of the page. */
export class PageSignals implements Signals {
  readonly trouble = undefined;
  readonly #tell: Tell;
  #pattern = DARK;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  get pattern(): LightPattern {
    return this.#pattern;
  }

  light(pattern: LightPattern): void {
    this.#pattern = pattern;
    this.#tell('lights', pattern);
  }

  cue(cue: Cue, silently = false): void {
    this.#tell('cue', { cue, silently });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The loudspeaker of the page: a caption, and a voice where the browser has one. */
export class PageAnnouncer implements Announcer {
  readonly #tell: Tell;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  say(announcements: readonly Announcement[]): void {
    this.#tell('say', announcements);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Held {
  readonly page: string;
  /** When it went down. */
  readonly mono: number;
}

/** The buttons of the page. A button is held by one page; a page that is gone holds none. */
export class PageButtons implements Buttons {
  readonly trouble = undefined;
  readonly #clock: Clock;
  readonly #held = new Map<ButtonName, Held>();
  #listener: ((edge: ButtonEdge) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: (edge: ButtonEdge) => void): void {
    this.#listener = listener;
  }

  close(): Promise<void> {
    this.#listener = undefined;
    return Promise.resolve();
  }

  /**
   * A finger goes down, or up. `heldMs`: how long it was down where the finger is. On the way the two may come closer
   * to each other, and a press must not be taken for the bouncing of a contact.
   */
  push(button: ButtonName, down: boolean, page: string, heldMs = 0): void {
    const held = this.#held.get(button);
    if (down ? held !== undefined : held?.page !== page) return;
    const mono = Math.max(this.#clock.now().mono, (held?.mono ?? 0) + heldMs);
    if (down) this.#held.set(button, { page, mono });
    else this.#held.delete(button);
    this.#listener?.({ button, down, mono });
  }

  /** Whatever this page held is let go of. */
  release(page: string): void {
    for (const [button, held] of [...this.#held]) if (held.page === page) this.push(button, false, page);
  }
}
