import type { BayView } from '../core/station-model.ts';
import { alarmWords, SIGN_WORDS } from '../core/station-words.ts';
import { make, shape, showShape, showText } from './elements.ts';
import { percentOf, timeLeft } from './figures.ts';
import { pick } from './words.ts';

/** What a bay says in one line under its sign. */
export function hintOf({ sign, code, progress }: BayView): string {
  if (code !== undefined) return pick(alarmWords(code).what);
  if (sign !== 'uploading' || progress === undefined) return pick(SIGN_WORDS[sign].hint);
  const { bytes, totalBytes, remaining } = progress;
  const done = `${percentOf(bytes, totalBytes)}%`;
  return remaining === undefined ? done : `${done} · ${timeLeft(remaining)}`;
}

/** One bay, to be read from three metres: number, shape and word in its colour; touched, it tells more. */
export class Tile {
  readonly element: HTMLButtonElement;
  readonly #number = make('span', { className: 'number', asItIs: true });
  readonly #shape = shape('shape-empty');
  readonly #word = make('strong', { className: 'word' });
  readonly #hint = make('span', { className: 'hint' });
  readonly #who = make('span', { className: 'who', asItIs: true });
  readonly #battery = make('span', { className: 'battery', asItIs: true });
  readonly #level = make('b');
  readonly #percent = make('span');
  readonly #bar = make('span', { className: 'bar-of' });
  readonly #fill = make('b');

  constructor(onTouch: () => void) {
    const cell = make('i', { children: [this.#level] });
    this.#battery.append(shape('bolt'), cell, this.#percent);
    this.#bar.append(this.#fill);
    const top = make('span', { className: 'top', children: [this.#number, this.#shape] });
    const foot = make('span', { className: 'who-line', children: [this.#who, this.#battery] });
    const face = make('span', {
      className: 'face',
      children: [top, this.#word, this.#hint, this.#bar, foot],
    });
    this.element = make('button', { className: 'tile', children: [face] });
    this.element.type = 'button';
    this.element.addEventListener('click', onTouch);
  }

  show(view: BayView): void {
    const { bay, sign, camera, officer, batteryPercent, charge, progress } = view;
    const { dataset } = this.element;
    dataset['sign'] = sign;
    dataset['bay'] = String(bay);
    showText(this.#number, String(bay));
    showShape(this.#shape, `shape-${sign}`);
    showText(this.#word, pick(SIGN_WORDS[sign]));
    showText(this.#hint, hintOf(view));
    showText(this.#who, officer?.name ?? camera ?? '');
    this.#battery.hidden = batteryPercent === undefined || camera === undefined;
    this.#battery.dataset['level'] = levelOf(batteryPercent ?? 0);
    this.#battery.dataset['charge'] = charge?.state ?? 'unknown';
    this.#level.style.inlineSize = `${batteryPercent ?? 0}%`;
    showText(this.#percent, `${Math.round(batteryPercent ?? 0)}%`);
    this.#bar.hidden = progress === undefined;
    const done = percentOf(progress?.bytes ?? 0, progress?.totalBytes ?? 0);
    this.#fill.style.inlineSize = `${done}%`;
  }
}

function levelOf(percent: number): 'low' | 'middle' | 'high' {
  if (percent <= 15) return 'low';
  return percent <= 50 ? 'middle' : 'high';
}
