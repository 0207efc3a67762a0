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

/** The buttons of the page. A button is held by one page; a page that is gone holds none. */
export class PageButtons implements Buttons {
  readonly trouble = undefined;
  readonly #clock: Clock;
  readonly #held = new Map<ButtonName, string>();
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

  /** A finger goes down, or up. */
  push(button: ButtonName, down: boolean, page: string): void {
    const holder = this.#held.get(button);
    if (down ? holder !== undefined : holder !== page) return;
    if (down) this.#held.set(button, page);
    else this.#held.delete(button);
    this.#listener?.({ button, down, mono: this.#clock.now().mono });
  }

  /** Whatever this page held is let go of. */
  release(page: string): void {
    for (const [button, holder] of [...this.#held]) if (holder === page) this.push(button, false, page);
  }
}
