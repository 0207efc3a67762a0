import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RHYTHMS } from '../../core/cues.ts';
import { LAMPS, type Cue, type Lamp, type LightPattern } from '../../core/signals.ts';
import type { Signals } from '../../ports/signals.ts';
import { SteppedOutput, type Output } from './stepped-output.ts';

export interface LedClassSettings {
  /** Names under /sys/class/leds; buzzers and motors are often described there, too. */
  readonly leds: Readonly<Partial<Record<Lamp | 'buzzer' | 'vibration', string>>>;
  readonly root?: string;
}

/** Lights the board describes to the kernel: /sys/class/leds/<name>/{trigger,max_brightness,brightness}. */
export class LedClassSignals implements Signals {
  readonly #outputs = new Map<string, SteppedOutput>();
  readonly #shown = new Map<Lamp, string>();

  constructor({ leds, root = '/sys/class/leds' }: LedClassSettings) {
    for (const [use, name] of Object.entries(leds)) {
      this.#outputs.set(use, new SteppedOutput(new Led(join(root, name))));
    }
  }

  get trouble(): string | undefined {
    return [...this.#outputs.values()].find(({ trouble }) => trouble !== undefined)?.trouble;
  }

  light(pattern: LightPattern): void {
    for (const lamp of LAMPS) {
      const blink = pattern[lamp];
      if (this.#shown.get(lamp) === String(blink)) continue;
      this.#shown.set(lamp, String(blink));
      const steady = blink === 'off' || blink === 'on';
      this.#outputs.get(lamp)?.play(steady ? { level: blink === 'on' } : { millis: blink, repeat: true });
    }
  }

  cue(cue: Cue, silently = false): void {
    const { buzzer, vibration } = RHYTHMS[cue];
    if (!silently) this.#outputs.get('buzzer')?.play({ millis: buzzer, repeat: false });
    this.#outputs.get('vibration')?.play({ millis: vibration, repeat: false });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#outputs.values()].map((output) => output.close()));
  }
}

class Led implements Output {
  readonly #path: string;
  #most = '1';

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    this.#most = (await readFile(join(this.#path, 'max_brightness'), 'utf8')).trim();
    // Whatever else the kernel shows on it (the card's activity, a heart beat) would mix with ours.
    await writeFile(join(this.#path, 'trigger'), 'none');
  }

  async set(on: boolean): Promise<void> {
    await writeFile(join(this.#path, 'brightness'), on ? this.#most : '0');
  }
}
