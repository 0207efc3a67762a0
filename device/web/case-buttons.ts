import type { CameraView } from '../core/camera-view.ts';
import {
  BUTTON_NAMES,
  HOLD_TO_KEY_MARK_MS,
  HOLD_TO_SHUT_DOWN_MS,
  HOLD_TO_STOP_MS,
  HOLD_TO_TOGGLE_MS,
  type ButtonName,
} from '../core/gestures.ts';
import { element } from './elements.ts';
import { onLanguage, word, type WordKey } from './words.ts';

/** Nobody counts on from there. */
const LONGEST_MS = 3_600_000;

interface Look {
  readonly key: string;
  readonly name: WordKey;
}

const LOOKS: Readonly<Record<ButtonName, Look>> = {
  record: { key: 'R', name: 'record' },
  audio: { key: 'A', name: 'audio' },
  photo: { key: 'P', name: 'photo' },
  mark: { key: 'M', name: 'mark' },
  power: { key: 'O', name: 'power-button' },
};

/** What holding does, and how long it takes. The camera decides; the page only shows how far it is. */
interface Hold {
  readonly hint: WordKey;
  readonly millis: number;
}

/** Buttons of the case. They go down and up, by mouse, finger or key; what that means the camera decides. */
export class CaseButtons {
  readonly #push: (button: ButtonName, down: boolean, heldMs?: number) => void;
  /** Since when each is down. */
  readonly #down = new Map<ButtonName, number>();
  #view: CameraView | undefined;

  constructor(push: (button: ButtonName, down: boolean, heldMs?: number) => void) {
    this.#push = push;
    for (const name of BUTTON_NAMES) this.#wire(name);
    document.addEventListener('keydown', (event) => this.#onKey(event, true));
    document.addEventListener('keyup', (event) => this.#onKey(event, false));
    // Whoever looks elsewhere holds nothing any more.
    window.addEventListener('blur', ({ timeStamp }) => this.#releaseAll(timeStamp));
    document.addEventListener('visibilitychange', ({ timeStamp }) => this.#releaseAll(timeStamp));
    onLanguage(() => this.#label());
    this.#label();
  }

  show(view: CameraView): void {
    this.#view = view;
    this.#label();
  }

  #wire(name: ButtonName): void {
    const button = element(`button-${name}`, HTMLButtonElement);
    button.setAttribute('aria-keyshortcuts', LOOKS[name].key);
    button.append(
      Object.assign(document.createElement('span'), { className: 'name' }),
      Object.assign(document.createElement('small'), { className: 'hint' }),
      Object.assign(document.createElement('kbd'), { textContent: LOOKS[name].key, translate: false }),
    );
    button.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#set(name, true, event.timeStamp);
    });
    for (const up of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      button.addEventListener(up, ({ timeStamp }) => this.#set(name, false, timeStamp));
    button.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** A letter anywhere; space or enter on the button itself. */
  #onKey(event: KeyboardEvent, down: boolean): void {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector('dialog[open]') !== null) return;
    const name = BUTTON_NAMES.find((one) => isKeyOf(one, event));
    if (name === undefined) return;
    event.preventDefault();
    this.#set(name, down, event.timeStamp);
  }

  /** `at`: when the finger moved, however long the page took to hear of it. */
  #set(name: ButtonName, down: boolean, at: number): void {
    const since = this.#down.get(name);
    if ((since !== undefined) === down) return;
    if (down) this.#down.set(name, at);
    else this.#down.delete(name);
    const button = element(`button-${name}`, HTMLButtonElement);
    button.classList.toggle('down', down);
    button.style.setProperty('--hold', `${this.#hold(name)?.millis ?? 0}ms`);
    button.classList.toggle('holding', down && this.#hold(name) !== undefined);
    this.#push(name, down, since === undefined ? undefined : Math.min(Math.round(at - since), LONGEST_MS));
  }

  #releaseAll(at: number): void {
    for (const name of [...this.#down.keys()]) this.#set(name, false, at);
  }

  #hold(name: ButtonName): Hold | undefined {
    const view = this.#view;
    const recorded = view?.mode === 'recording' || view?.mode === 'post-record' ? view.activity : undefined;
    switch (name) {
      case 'record':
        return recorded === 'video' ? this.#toStop() : undefined;
      case 'audio':
        return recorded === 'audio' ? this.#toStop() : { hint: 'hold-mute', millis: HOLD_TO_TOGGLE_MS };
      case 'photo':
        return { hint: 'hold-stealth', millis: HOLD_TO_TOGGLE_MS };
      case 'mark':
        return { hint: 'hold-key-mark', millis: HOLD_TO_KEY_MARK_MS };
      case 'power':
        return { hint: 'hold-off', millis: HOLD_TO_SHUT_DOWN_MS };
      default:
        return name satisfies never;
    }
  }

  #toStop(): Hold {
    const held = this.#view?.policy.stopBy === 'long-press' || this.#view?.mode === 'post-record';
    return held ? { hint: 'hold-stop', millis: HOLD_TO_STOP_MS } : { hint: 'press-stop', millis: 0 };
  }

  #label(): void {
    for (const name of BUTTON_NAMES) {
      const button = element(`button-${name}`, HTMLButtonElement);
      const hold = this.#hold(name);
      const [title, hint] = [word(LOOKS[name].name), hold === undefined ? '' : word(hold.hint)];
      button.querySelector('.name')?.replaceChildren(title);
      button.querySelector('.hint')?.replaceChildren(hint);
      button.setAttribute('aria-label', [title, hint].filter((part) => part !== '').join(', '));
    }
  }
}

function isKeyOf(name: ButtonName, { key, target }: KeyboardEvent): boolean {
  if (key.toUpperCase() === LOOKS[name].key) return true;
  return (key === ' ' || key === 'Enter') && target instanceof HTMLElement && target.id === `button-${name}`;
}
