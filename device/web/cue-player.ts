import { RHYTHMS } from '../core/cues.ts';
import type { Cue } from '../core/signals.ts';
import { element } from './elements.ts';

const BUZZER_HERTZ = 2_300;
const VOLUME = 0.12;
/** How far the case shakes, pixels. */
const SHAKE = 3;

/** The buzzer and the vibration: the same rhythms as on the case. */
export class CuePlayer {
  readonly #case = element('case', HTMLElement);
  #audio: AudioContext | undefined;

  /** A browser lets a page sound only after somebody has touched it. */
  wake(): void {
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
  }

  play(cue: Cue, silently: boolean): void {
    const { buzzer, vibration } = RHYTHMS[cue];
    if (!silently) this.#beep(buzzer);
    this.#shake(vibration);
  }

  #beep(rhythm: readonly number[]): void {
    const audio = this.#audio;
    if (audio?.state !== 'running') return;
    let at = audio.currentTime;
    rhythm.forEach((millis, index) => {
      if (index % 2 === 0) tone(audio, at, millis / 1000);
      at += millis / 1000;
    });
  }

  #shake(rhythm: readonly number[]): void {
    // Only where somebody has touched the page, and only on a telephone.
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate([...rhythm]);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let delay = 0;
    rhythm.forEach((duration, index) => {
      if (index % 2 === 0) this.#case.animate(still ? FLASH : TREMBLE, { delay, duration });
      delay += duration;
    });
  }
}

const TREMBLE: Keyframe[] = [0, SHAKE, -SHAKE, SHAKE, -SHAKE, SHAKE, 0].map((x) => ({
  transform: `translateX(${x}px)`,
}));
const FLASH: Keyframe[] = [
  { outlineColor: 'transparent' },
  { outlineColor: '#9fb4d0' },
  { outlineColor: 'transparent' },
];

function tone(audio: AudioContext, at: number, seconds: number): void {
  const oscillator = new OscillatorNode(audio, { type: 'square', frequency: BUZZER_HERTZ });
  const gain = new GainNode(audio, { gain: 0 });
  gain.gain.setValueAtTime(VOLUME, at);
  gain.gain.setValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds + 0.02);
}
