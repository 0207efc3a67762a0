import { RHYTHMS } from '../../core/cues.ts';
import type { LineName, LineRhythm } from '../../core/gpiod.ts';
import { LAMPS, type Blink, type Cue, type Lamp, type LightPattern } from '../../core/signals.ts';
import type { Signals } from '../../ports/signals.ts';
import { GpiodChip, type GpiodChipSettings } from './gpiod-chip.ts';
import { HeldLine } from './held-line.ts';

export interface GpiodSignalsSettings extends GpiodChipSettings {
  readonly lines: Readonly<Partial<Record<Lamp | 'buzzer' | 'vibration', LineName>>>;
}

/**
 * Lights, an active buzzer and a vibration motor on lines of a GPIO chip, by `gpioset`. With version 1 of the tools
 * every change of level costs a process: where the board describes its lights to the kernel, the LED class is better.
 */
export class GpiodSignals implements Signals {
  readonly #lines = new Map<string, HeldLine>();
  readonly #shown = new Map<Lamp, string>();

  constructor(settings: GpiodSignalsSettings) {
    const chip = new GpiodChip(settings, settings.lines);
    for (const use of Object.keys(settings.lines)) this.#lines.set(use, new HeldLine(chip, use));
  }

  get trouble(): string | undefined {
    return [...this.#lines.values()].find(({ trouble }) => trouble !== undefined)?.trouble;
  }

  light(pattern: LightPattern): void {
    for (const lamp of LAMPS) {
      const blink = pattern[lamp];
      // A lamp that goes on as it did is left alone: its rhythm would stumble.
      if (this.#shown.get(lamp) === String(blink)) continue;
      this.#shown.set(lamp, String(blink));
      this.#lines.get(lamp)?.play(rhythmOf(blink));
    }
  }

  cue(cue: Cue, silently = false): void {
    const { buzzer, vibration } = RHYTHMS[cue];
    if (!silently) this.#lines.get('buzzer')?.play({ millis: buzzer, repeat: false });
    this.#lines.get('vibration')?.play({ millis: vibration, repeat: false });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => line.close()));
  }
}

function rhythmOf(blink: Blink): LineRhythm {
  if (blink === 'off' || blink === 'on') return { level: blink === 'on' };
  return { millis: blink, repeat: true };
}
