import type { Cue, LightPattern } from '../core/signals.ts';
import type { Signals } from '../ports/signals.ts';

export interface GivenCue {
  readonly cue: Cue;
  readonly silently: boolean;
}

const MAX_KEPT = 1_000;
const DARK: LightPattern = { green: 'off', yellow: 'off', red: 'off' };

/** Writes down what is shown and given. */
export class ScriptedSignals implements Signals {
  trouble: string | undefined;
  #patterns: LightPattern[] = [];
  #cues: GivenCue[] = [];

  get pattern(): LightPattern {
    return this.#patterns.at(-1) ?? DARK;
  }

  /** Each that was shown, in order; the latest of them. */
  get patterns(): readonly LightPattern[] {
    return this.#patterns;
  }

  get cues(): readonly GivenCue[] {
    return this.#cues;
  }

  light(pattern: LightPattern): void {
    this.#patterns = [...this.#patterns.slice(1 - MAX_KEPT), pattern];
  }

  cue(cue: Cue, silently = false): void {
    this.#cues = [...this.#cues.slice(1 - MAX_KEPT), { cue, silently }];
  }

  close(): Promise<void> {
    this.light(DARK);
    return Promise.resolve();
  }
}
