import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RHYTHMS } from '../../core/cues.ts';
import type { Cue } from '../../core/signals.ts';
import type { Signals } from '../../ports/signals.ts';
import { SteppedOutput, type Output } from './stepped-output.ts';

export interface PwmBuzzerSettings {
  readonly chip: number;
  readonly channel: number;
  /** A passive piezo is loud at its resonance only. */
  readonly hertz: number;
  readonly root?: string;
}

/** A passive buzzer on a PWM output: /sys/class/pwm/pwmchipN/pwmM. */
export class PwmBuzzer implements Signals {
  readonly #output: SteppedOutput;

  constructor(settings: PwmBuzzerSettings) {
    this.#output = new SteppedOutput(new Pwm(settings));
  }

  get trouble(): string | undefined {
    return this.#output.trouble;
  }

  light(): void {
    // It has none.
  }

  cue(cue: Cue, silently = false): void {
    if (!silently) this.#output.play({ millis: RHYTHMS[cue].buzzer, repeat: false });
  }

  async close(): Promise<void> {
    await this.#output.close();
  }
}

class Pwm implements Output {
  readonly #settings: PwmBuzzerSettings;
  readonly #chip: string;
  readonly #channel: string;

  constructor(settings: PwmBuzzerSettings) {
    this.#settings = settings;
    this.#chip = join(settings.root ?? '/sys/class/pwm', `pwmchip${settings.chip}`);
    this.#channel = join(this.#chip, `pwm${settings.channel}`);
  }

  async open(): Promise<void> {
    if (!existsSync(this.#channel))
      await writeFile(join(this.#chip, 'export'), String(this.#settings.channel));
    const periodNs = Math.round(1e9 / this.#settings.hertz);
    // The kernel refuses a period shorter than the duty, which may be left from before.
    await writeFile(join(this.#channel, 'duty_cycle'), '0').catch(() => undefined);
    await writeFile(join(this.#channel, 'period'), String(periodNs));
    await writeFile(join(this.#channel, 'duty_cycle'), String(Math.round(periodNs / 2)));
  }

  async set(on: boolean): Promise<void> {
    await writeFile(join(this.#channel, 'enable'), on ? '1' : '0');
  }
}
