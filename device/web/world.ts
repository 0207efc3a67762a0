import type { CameraView } from '../core/camera-view.ts';
import { placeInWords } from '../core/screen-figures.ts';
import type { WorldChange, WorldState } from '../ports/simulated-world.ts';
import { element, isOn, showSwitch, showText } from './elements.ts';
import { onLanguage, word } from './words.ts';

/** Degrees from the middle of the pad to its edge: about a kilometre. */
const REACH = 0.01;
const HOUR_MS = 3_600_000;
const CARDS = {
  battery: 'card-power',
  gps: 'card-gps',
  sources: 'card-sources',
  clock: 'card-clock',
} as const;

export interface WorldOrders {
  change(change: WorldChange): void;
  dock(attached: boolean): void;
  cutPower(): void;
}

/** Everything around the camera that can be turned. */
export class WorldPanel {
  readonly #orders: WorldOrders;
  readonly #battery = element('battery', HTMLInputElement);
  readonly #lat = element('lat', HTMLInputElement);
  readonly #lon = element('lon', HTMLInputElement);
  readonly #pad = element('pad', HTMLElement);
  /** The place the pad is a map of. */
  #home: { readonly lat: number; readonly lon: number } | undefined;
  #world: WorldState = {};
  #view: CameraView | undefined;

  constructor(orders: WorldOrders) {
    this.#orders = orders;
    this.#battery.addEventListener('input', () => {
      this.#sayBattery();
      orders.change({ battery: this.#battery.valueAsNumber });
    });
    for (const name of ['charger', 'signal', 'picture', 'sound'] as const)
      onClick(name, (button) => orders.change({ [name]: !isOn(button) }));
    onClick('dock', (button) => orders.dock(!isOn(button)));
    for (const button of document.querySelectorAll<HTMLElement>('[data-jump]'))
      button.addEventListener('click', () => orders.change({ clockJumpMs: Number(button.dataset['jump']) }));
    for (const slider of [this.#lat, this.#lon])
      slider.addEventListener('input', () => this.#moveTo(this.#lat.valueAsNumber, this.#lon.valueAsNumber));
    this.#pad.addEventListener('pointerdown', (event) => this.#pad.setPointerCapture(event.pointerId));
    for (const name of ['pointerdown', 'pointermove'] as const)
      this.#pad.addEventListener(name, (event) => this.#point(event));
    const sure = element('sure', HTMLDialogElement);
    onClick('cut', () => {
      sure.returnValue = '';
      sure.showModal();
    });
    sure.addEventListener('close', () => {
      if (sure.returnValue === 'yes') orders.cutPower();
    });
    onLanguage(() => {
      this.show(this.#world);
      this.showView(this.#view);
    });
  }

  show(world: WorldState): void {
    this.#world = world;
    for (const [part, card] of Object.entries(CARDS))
      element(card, HTMLFieldSetElement).disabled = world[part as keyof WorldState] === undefined;
    const { battery, gps, sources, clock } = world;
    // Whoever drags a slider is not to be pulled back by what was true a moment ago.
    if (battery !== undefined && document.activeElement !== this.#battery)
      this.#battery.valueAsNumber = battery.percent;
    this.#sayBattery();
    showSwitch(element('charger', HTMLButtonElement), battery?.charger === true);
    if (gps !== undefined) this.#showPlace(gps);
    showSwitch(element('picture', HTMLButtonElement), sources?.picture === true);
    showSwitch(element('sound', HTMLButtonElement), sources?.sound === true);
    showText(element('clock-fact', HTMLElement), offsetInWords(clock?.offsetMs ?? 0));
  }

  showView(view: CameraView | undefined): void {
    if (view === undefined) return;
    this.#view = view;
    showSwitch(element('dock', HTMLButtonElement), view.attached);
    const { unreceipted } = view;
    const waiting = unreceipted === 0 ? word('archived') : `${unreceipted} ${word('waiting')}`;
    showText(element('dock-fact', HTMLElement), waiting);
  }

  #sayBattery(): void {
    showText(element('battery-value', HTMLOutputElement), `${this.#battery.value} %`);
  }

  #showPlace(gps: NonNullable<WorldState['gps']>): void {
    showSwitch(element('signal', HTMLButtonElement), gps.signal);
    this.#pad.dataset['signal'] = String(gps.signal);
    const home = (this.#home ??= { lat: gps.lat, lon: gps.lon });
    for (const [slider, middle, value] of [
      [this.#lat, home.lat, gps.lat],
      [this.#lon, home.lon, gps.lon],
    ] as const) {
      slider.min = String(middle - REACH);
      slider.max = String(middle + REACH);
      if (document.activeElement !== slider) slider.value = String(value);
    }
    const here = element('here', HTMLElement);
    here.style.left = `${50 + ((gps.lon - home.lon) / REACH) * 50}%`;
    here.style.top = `${50 - ((gps.lat - home.lat) / REACH) * 50}%`;
    showText(element('place', HTMLOutputElement), placeInWords(gps));
  }

  #point(event: PointerEvent): void {
    const home = this.#home;
    if (home === undefined || event.buttons === 0) return;
    const { left, top, width, height } = this.#pad.getBoundingClientRect();
    const across = clamp((event.clientX - left) / width) * 2 - 1;
    const down = clamp((event.clientY - top) / height) * 2 - 1;
    this.#moveTo(home.lat - down * REACH, home.lon + across * REACH);
  }

  #moveTo(lat: number, lon: number): void {
    this.#orders.change({ position: { lat: toMetre(lat), lon: toMetre(lon) } });
  }
}

function onClick(id: string, act: (button: HTMLButtonElement) => void): void {
  const button = element(id, HTMLButtonElement);
  button.addEventListener('click', () => act(button));
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function toMetre(degrees: number): number {
  return Math.round(degrees * 100_000) / 100_000;
}

function offsetInWords(offsetMs: number): string {
  if (offsetMs === 0) return word('clock-right');
  const hours = Math.abs(offsetMs) / HOUR_MS;
  const amount =
    hours < 48 ? `${hours.toFixed(0)} ${word('hours')}` : `${(hours / 24).toFixed(0)} ${word('days')}`;
  return `${word('clock-off')} ${offsetMs < 0 ? '−' : '+'}${amount}`;
}
