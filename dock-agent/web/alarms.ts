import type { AlarmView } from '../core/station-model.ts';
import { alarmWords } from '../core/station-words.ts';
import { element, make, shape, showText } from './elements.ts';
import { timeOfDay } from './figures.ts';
import { currentLanguage, pick, word } from './words.ts';

/** The worst alarm at the foot of the page; all of them when it is touched. */
export class Alarms {
  readonly #strip = element('alarm-strip', HTMLButtonElement);
  readonly #dialog = element('alarms', HTMLDialogElement);
  readonly #list = element('alarm-list', HTMLElement);
  readonly #text = make('span');
  readonly #more = make('span', { className: 'more' });

  constructor() {
    this.#strip.append(shape('shape-trouble'), this.#text, this.#more);
    this.#strip.addEventListener('click', () => this.#dialog.showModal());
  }

  show(alarms: readonly AlarmView[], now: number): void {
    const [worst] = alarms;
    this.#strip.dataset['severity'] = worst?.severity ?? 'none';
    this.#strip.disabled = worst === undefined;
    showText(this.#text, worst === undefined ? word('no-alarms') : inShort(worst));
    const rest = alarms.length - 1;
    showText(this.#more, rest > 0 ? `${word('more-alarms')} ${rest} ${word('more-alarms-end')}` : '');
    this.#list.replaceChildren(...alarms.map((alarm) => row(alarm, now)));
    if (worst === undefined) this.#dialog.close();
  }
}

/** 仓位 6 · cam-106:不是本单位记录仪。请取出。 */
function inShort(alarm: AlarmView): string {
  const { next } = alarmWords(alarm.code);
  return currentLanguage() === 'zh' ? `${titleOf(alarm)}。${pick(next)}` : `${titleOf(alarm)}. ${pick(next)}`;
}

function titleOf(alarm: AlarmView): string {
  const place = placeOf(alarm);
  const what = pick(alarmWords(alarm.code).what);
  if (place === '') return what;
  return currentLanguage() === 'zh' ? `${place}:${what}` : `${place}: ${what}`;
}

export function placeOf({ bay, camera }: AlarmView): string {
  const parts = [bay === undefined ? undefined : `${word('bay')} ${bay}`, camera];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function row(alarm: AlarmView, now: number): HTMLLIElement {
  const { next } = alarmWords(alarm.code);
  const item = make('li', {
    children: [
      shape(alarm.severity === 'critical' ? 'shape-refused' : 'shape-trouble'),
      make('strong', { text: titleOf(alarm) }),
      make('time', { text: timeOfDay(alarm.at, now) }),
      make('span', { text: pick(next) }),
    ],
  });
  item.dataset['severity'] = alarm.severity;
  return item;
}
