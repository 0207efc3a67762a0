import type { Power, PowerState } from '../ports/power.ts';

/** A battery that is as full as it is told to be. */
export class ScriptedPower implements Power {
  #percent: number;
  #charger: boolean;

  constructor(percent = 100, charger = false) {
    this.#percent = percent;
    this.#charger = charger;
  }

  get percent(): number {
    return this.#percent;
  }

  get charger(): boolean {
    return this.#charger;
  }

  setPercent(percent: number): void {
    this.#percent = Math.min(100, Math.max(0, Math.round(percent)));
  }

  plugCharger(plugged: boolean): void {
    this.#charger = plugged;
  }

  /** A full battery is not filled any more. */
  read(): Promise<PowerState> {
    const charging = this.#charger && this.#percent < 100;
    return Promise.resolve({ percent: this.#percent, charging, external: this.#charger });
  }
}
