import type { Presence } from '../ports/presence.ts';

/** Between a bay's contact and its loop: what is switched off, or shaken, looks to the loop like a camera that was pulled out. */
export class BaySwitch implements Presence {
  readonly #contact: Presence;
  #onChange: ((present: boolean) => void) | undefined;
  #on: boolean;
  #present = false;
  #told = false;

  constructor(contact: Presence, on: boolean) {
    this.#contact = contact;
    this.#on = on;
  }

  get on(): boolean {
    return this.#on;
  }

  start(onChange: (present: boolean) => void): void {
    this.#onChange = onChange;
    this.#contact.start((present) => {
      this.#present = present;
      this.#tell();
    });
  }

  async stop(): Promise<void> {
    this.#onChange = undefined;
    await this.#contact.stop();
  }

  turn(on: boolean): void {
    this.#on = on;
    this.#tell();
  }

  /** As if the camera had been taken out and put back. */
  shake(): void {
    if (!this.#told) return;
    this.#told = false;
    this.#onChange?.(false);
    this.#tell();
  }

  #tell(): void {
    const present = this.#present && this.#on;
    if (present === this.#told) return;
    this.#told = present;
    this.#onChange?.(present);
  }
}
