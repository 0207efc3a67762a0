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

function tagsOf({ muted, stealth, sound, postRecordLeftMs, mode }: CameraView): string[] {
  return [
    ...(muted ? [word('muted')] : []),
    ...(stealth ? [word('stealth')] : []),
    ...(!sound && mode !== 'docked' && mode !== 'off' ? [word('no-sound')] : []),
    ...(postRecordLeftMs === undefined ? [] : [word('post-left')]),
  ];
}

function drawFacts(view: CameraView): void {
  const rows: (readonly [string, string])[] = [
    [word('officer'), officerOf(view)],
    [word('storage'), storageOf(view)],
    [word('gps-row'), view.position === undefined ? word('no-fix') : placeInWords(view.position)],
    [word('dock-row'), dockOf(view)],
    [
      word('pre-record'),
      `${view.ringSeconds.toFixed(0)} s · ${word('journal')} ${view.journalSize} ${word('entries')}`,
    ],
  ];
  const list = element('screen-facts', HTMLElement);
  while (list.childElementCount < rows.length) {
    const row = document.createElement('div');
    row.append(document.createElement('dt'), document.createElement('dd'));
    list.append(row);
  }
  rows.forEach((texts, index) => {
    const cells = list.children[index]?.children ?? [];
    texts.forEach((text, column) => {
      const cell = cells[column];
      if (cell instanceof HTMLElement) showText(cell, text);
    });
  });
}

function officerOf({ officer, officerName, officerCertificate }: CameraView): string {
  if (officer === undefined) return word('no-officer');
  const certificate =
    officerCertificate === undefined ? '' : ` · ${word('certificate')} ${officerCertificate}`;
  return `${officerName ?? ''} ${officer}`.trim() + certificate;
}

function storageOf({ freeBytes, storedBytes }: CameraView): string {
  const held = `${word('held')} ${bytesInWords(storedBytes)}`;
  return freeBytes === undefined ? held : `${word('free')} ${bytesInWords(freeBytes)} · ${held}`;
}

function dockOf({ attached, unreceipted }: CameraView): string {
  const waiting = unreceipted === 0 ? word('archived') : `${unreceipted} ${word('waiting')}`;
  return `${word(attached ? 'docked' : 'undocked')} · ${waiting}`;
}
