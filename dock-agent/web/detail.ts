import type { BayView, ProgressView } from '../core/station-model.ts';
import { alarmWords, SIGN_WORDS } from '../core/station-words.ts';
import { element, make, showText } from './elements.ts';
import { inBytes, timeLeft, timeOfDay } from './figures.ts';
import { pick, word, type WordKey } from './words.ts';

/** All that is known of one bay, for whoever touched its tile. */
export class Detail {
  readonly #dialog = element('detail', HTMLDialogElement);
  readonly #facts = element('detail-facts', HTMLElement);
  #bay: number | undefined;

  constructor() {
    this.#dialog.addEventListener('close', () => (this.#bay = undefined));
  }

  open(view: BayView, now: number): void {
    this.#bay = view.bay;
    this.#draw(view, now);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  show(bays: readonly BayView[], now: number): void {
    const view = bays.find(({ bay }) => bay === this.#bay);
    if (view !== undefined) this.#draw(view, now);
  }

  #draw(view: BayView, now: number): void {
    const { bay, sign, code } = view;
    this.#dialog.dataset['sign'] = sign;
    showText(element('detail-title', HTMLElement), `${word('bay')} ${bay} · ${pick(SIGN_WORDS[sign])}`);
    const next = code === undefined ? SIGN_WORDS[sign].hint : alarmWords(code).next;
    showText(element('detail-next', HTMLElement), pick(next));
    this.#facts.replaceChildren(
      ...factsOf(view, now).flatMap(({ name, text, asItIs }) => [
        make('dt', { text: name }),
        make('dd', { text, asItIs: asItIs === true }),
      ]),
    );
  }
}

interface Fact {
  readonly name: string;
  readonly text: string;
  readonly asItIs?: boolean;
}

function factsOf(view: BayView, now: number): Fact[] {
  const { camera, officer, batteryPercent, freeBytes, progress, charge, code, since } = view;
  const facts: Fact[] = [];
  if (code !== undefined) facts.push({ name: word('why'), text: pick(alarmWords(code).what) });
  if (camera !== undefined) {
    facts.push({ name: word('camera'), text: camera, asItIs: true });
    const who = officer === undefined ? undefined : `${officer.name} · ${officer.number}`;
    facts.push({ name: word('officer'), text: who ?? word('no-officer'), asItIs: who !== undefined });
    const percent = batteryPercent === undefined ? word('unknown') : `${Math.round(batteryPercent)}%`;
    facts.push({ name: word('battery'), text: percent });
    if (freeBytes !== undefined) facts.push({ name: word('space'), text: inBytes(freeBytes) });
  }
  if (charge !== undefined) facts.push({ name: word('charge'), text: chargeText(charge) });
  if (progress !== undefined) facts.push(...progressFacts(progress));
  return [...facts, { name: word('since'), text: timeOfDay(since, now) }];
}

function progressFacts({ bytes, totalBytes, objects, totalObjects, remaining }: ProgressView): Fact[] {
  const files = `${objects} ${word('of')} ${totalObjects} ${word('files')}`;
  const text = `${inBytes(bytes)} ${word('of')} ${inBytes(totalBytes)} · ${files}`;
  const facts = [{ name: word('footage'), text }];
  if (remaining !== undefined) facts.push({ name: word('left'), text: timeLeft(remaining) });
  return facts;
}

const CHARGE_WORDS: Readonly<Record<string, WordKey>> = {
  empty: 'charge-empty',
  waiting: 'charge-waiting',
  starting: 'charge-starting',
  charging: 'charge-charging',
  full: 'charge-full',
  fault: 'charge-fault',
};

function chargeText({ state, milliamps, celsius }: NonNullable<BayView['charge']>): string {
  const parts = [word(CHARGE_WORDS[state] ?? 'unknown')];
  if (milliamps !== undefined) parts.push(`${Math.round(milliamps)} mA`);
  if (celsius !== undefined) parts.push(`${celsius.toFixed(1)} °C`);
  return parts.join(' · ');
}
