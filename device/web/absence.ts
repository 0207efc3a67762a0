import type { Absence } from './camera-link.ts';
import { element, showText } from './elements.ts';
import { onLanguage, word, type WordKey } from './words.ts';

export type LastSeen = 'pulled' | 'off' | 'lost';

/** What the page says when there is no camera any more. */
export class AbsenceNotice {
  readonly #dialog = element('gone', HTMLDialogElement);
  #restart = '';
  #shown: { readonly absence: Absence; readonly last: LastSeen } | undefined;

  constructor() {
    // It goes away by itself when the camera is back, and not before.
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault());
    onLanguage(() => this.#draw());
  }

  set restart(command: string) {
    this.#restart = command;
  }

  show(absence: Absence | undefined, last: LastSeen): void {
    this.#shown = absence === undefined ? undefined : { absence, last };
    this.#draw();
    if (absence === undefined) this.#dialog.close();
    else if (!this.#dialog.open) this.#dialog.showModal();
  }

  #draw(): void {
    if (this.#shown === undefined) return;
    const { absence, last } = this.#shown;
    const title: WordKey = `gone-${last}`;
    showText(element('gone-title', HTMLElement), word(title));
    showText(element('gone-what', HTMLElement), word(`${title}-what` as WordKey));
    const next = absence === 'stranger' ? word('new-link') : word('start-again');
    showText(element('gone-next', HTMLElement), next);
    const restart = element('gone-restart', HTMLElement);
    restart.hidden = absence === 'stranger';
    showText(restart, this.#restart);
  }
}
