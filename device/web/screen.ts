import type { CameraView } from '../core/camera-view.ts';
import { bytesInWords, duration, placeInWords } from '../core/screen-figures.ts';
import { modeWords, nextStep, WARNING_WORDS } from '../core/screen-words.ts';
import { element, showList, showText } from './elements.ts';
import { onLanguage, pick, word } from './words.ts';

const EVERY_MS = 200;

/** The small screen of the camera. Between two views its clocks go on by themselves. */
export class CameraScreen {
  readonly #root = element('screen', HTMLElement);
  #view: CameraView | undefined;
  #since = 0;

  constructor() {
    onLanguage(() => this.#draw());
    setInterval(() => this.#drawTimes(), EVERY_MS);
  }

  show(view: CameraView): void {
    this.#view = view;
    this.#since = performance.now();
    this.#draw();
  }

  /** The camera's clock, now, where this browser is. */
  get time(): Date | undefined {
    return this.#view === undefined ? undefined : new Date(Date.parse(this.#view.at) + this.#passed());
  }

  #passed(): number {
    return this.#view?.mode === 'off' ? 0 : performance.now() - this.#since;
  }

  #drawTimes(): void {
    const view = this.#view;
    if (view === undefined) return;
    showText(element('screen-clock', HTMLElement), timeOfDay(this.time));
    const { elapsedMs, postRecordLeftMs } = view;
    const elapsed = elapsedMs === undefined ? '' : duration(elapsedMs + this.#passed());
    const left = postRecordLeftMs === undefined ? '' : ` −${duration(postRecordLeftMs - this.#passed())}`;
    showText(element('screen-time', HTMLElement), elapsed + left);
  }

  #draw(): void {
    const view = this.#view;
    if (view === undefined) return;
    this.#root.dataset['mode'] = view.mode;
    this.#root.dataset['activity'] = view.activity ?? '';
    this.#drawTimes();
    showText(element('screen-device', HTMLElement), view.device);
    showText(element('screen-mode', HTMLElement), pick(modeWords(view)));
    showText(element('screen-next', HTMLElement), pick(nextStep(view, 'case')));
    showText(element('screen-notice', HTMLElement), view.notice === undefined ? '' : pick(view.notice));
    showList(element('screen-tags', HTMLElement), tagsOf(view));
    showList(
      element('screen-warnings', HTMLElement),
      view.warnings.map((warning) => pick(WARNING_WORDS[warning])),
    );
    drawBattery(view.battery);
    drawFacts(view);
  }
}

export function timeOfDay(time: Date | undefined): string {
  return time === undefined ? '' : [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

export function dateAndTime(time: Date | undefined): string {
  if (time === undefined) return '';
  const east = -time.getTimezoneOffset();
  const zone = `UTC${east < 0 ? '−' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-');
  return `${date} ${timeOfDay(time)} ${zone}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function drawBattery(battery: CameraView['battery']): void {
  const root = element('screen-battery', HTMLElement);
  root.hidden = battery === undefined;
  if (battery === undefined) return;
  const { percent, charging } = battery;
  root.style.setProperty('--level', `${percent}%`);
  root.dataset['level'] = percent <= 10 ? 'low' : percent <= 20 ? 'middle' : 'good';
  root.dataset['charging'] = String(charging);
  root.setAttribute('aria-label', `${word('battery')} ${percent} %${charging ? ` ${word('charging')}` : ''}`);
  showText(element('screen-percent', HTMLElement), `${charging ? '⚡' : ''}${percent}%`);
}

function tagsOf({ muted, stealth, sound, mode }: CameraView): string[] {
  return [
    ...(muted ? [word('muted')] : []),
    ...(stealth ? [word('stealth')] : []),
    ...(!sound && mode !== 'docked' && mode !== 'off' ? [word('no-sound')] : []),
  ];
}

interface Fact {
  readonly label: string;
  readonly value: string;
  /** A name or a figure, the same in every language. */
  readonly asItIs?: boolean;
}

function factsOf(view: CameraView): Fact[] {
  const { position, ringSeconds, journalSize } = view;
  const seconds = `${ringSeconds.toFixed(0)} ${word('seconds')}`;
  return [
    { label: word('officer'), ...officerOf(view) },
    { label: word('storage'), value: storageOf(view) },
    position === undefined
      ? { label: word('gps-row'), value: word('no-fix') }
      : { label: word('gps-row'), value: placeInWords(position), asItIs: true },
    { label: word('dock-row'), value: dockOf(view) },
    {
      label: word('pre-record'),
      value: `${seconds} · ${word('journal')} ${journalSize} ${word('entries')}`,
    },
  ];
}

function drawFacts(view: CameraView): void {
  const facts = factsOf(view);
  const list = element('screen-facts', HTMLElement);
  while (list.childElementCount < facts.length) {
    const row = document.createElement('div');
    row.append(document.createElement('dt'), document.createElement('dd'));
    list.append(row);
  }
  facts.forEach(({ label, value, asItIs = false }, index) => {
    const [name, figure] = list.children[index]?.children ?? [];
    if (!(name instanceof HTMLElement) || !(figure instanceof HTMLElement)) return;
    showText(name, label);
    showText(figure, value);
    figure.translate = !asItIs;
  });
}

function officerOf({ officer, officerName, officerCertificate }: CameraView): Omit<Fact, 'label'> {
  if (officer === undefined) return { value: word('no-officer') };
  const parts = [officerName, officer, officerCertificate].filter((part) => part !== undefined);
  return { value: parts.join(' · '), asItIs: true };
}

function storageOf({ freeBytes, storedBytes }: CameraView): string {
  const held = `${word('held')} ${bytesInWords(storedBytes)}`;
  return freeBytes === undefined ? held : `${word('free')} ${bytesInWords(freeBytes)} · ${held}`;
}

function dockOf({ attached, unreceipted }: CameraView): string {
  const waiting = unreceipted === 0 ? word('archived') : `${unreceipted} ${word('waiting')}`;
  return `${word(attached ? 'docked' : 'undocked')} · ${waiting}`;
}
