import { SIGN_WORDS } from '../core/station-words.ts';
import type { AlarmView, BayView } from '../core/station-model.ts';
import type { LogLine } from '../ports/service-desk.ts';
import { button, element, make, shape, showText } from './elements.ts';
import { order, type NotDone } from './orders.ts';
import { put, type ServiceWord } from './service-words.ts';
import { pick, word } from './words.ts';

const LOG_EVERY_MS = 2_000;

interface Seen {
  readonly bays: readonly BayView[];
  readonly alarms: readonly AlarmView[];
}

/** For technicians who have signed in: each bay with its alarm's own words, and the log. */
export class Service {
  readonly #dialog = element('service', HTMLDialogElement);
  readonly #notice = element('service-notice', HTMLElement);
  readonly #form = element('service-form', HTMLFormElement);
  readonly #room = element('service-room', HTMLElement);
  readonly #bays = element('service-bays', HTMLElement);
  readonly #log = element('service-log', HTMLElement);
  readonly #trouble = element('service-trouble', HTMLInputElement);
  readonly #seen: () => Seen;
  #lines: readonly LogLine[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #drawn = '';

  constructor(seen: () => Seen) {
    this.#seen = seen;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#signIn();
    });
    element('service-leave', HTMLButtonElement).addEventListener('click', () => this.close());
    this.#dialog.addEventListener('cancel', () => this.close());
    this.#trouble.addEventListener('change', () => this.#drawLog());
  }

  open(): void {
    this.#say('');
    this.#room.hidden = true;
    this.#form.hidden = false;
    this.#dialog.showModal();
    this.#input.value = '';
    this.#input.focus();
  }

  /** Signs out. */
  close(): void {
    if (!this.#dialog.open) return;
    if (!this.#room.hidden) void order('/service/sign-out', {});
    this.#shut();
    this.#dialog.close();
  }

  /** The dock told something new. */
  draw(): void {
    if (this.#room.hidden) return;
    const { bays, alarms } = this.#seen();
    // A button under a finger is not exchanged for its like.
    const drawn = JSON.stringify([document.documentElement.lang, bays.map(keyOf), alarms]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#bays.replaceChildren(
      ...bays.map((bay) =>
        this.#row(
          bay,
          alarms.filter((alarm) => alarm.bay === bay.bay),
        ),
      ),
    );
  }

  get #input(): HTMLInputElement {
    return element('service-passphrase', HTMLInputElement);
  }

  async #signIn(): Promise<void> {
    const passphrase = this.#input.value;
    if (passphrase === '') return;
    this.#input.value = '';
    const answer = await order('/service/sign-in', { passphrase });
    if (!answer.ok) {
      this.#say(refusalOf(answer));
      return;
    }
    this.#say('');
    this.#form.hidden = true;
    this.#room.hidden = false;
    this.#drawn = '';
    this.draw();
    await this.#readLog();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#readLog(), LOG_EVERY_MS);
  }

  #shut(): void {
    clearInterval(this.#timer);
    this.#room.hidden = true;
    this.#form.hidden = false;
    this.#lines = [];
    this.#log.replaceChildren();
    this.#bays.replaceChildren();
  }

  async #readLog(): Promise<void> {
    const answer = await order('/service/log');
    if (this.#room.hidden) return;
    if (answer.ok) {
      this.#lines = answer.lines;
      this.#drawLog();
    } else if (answer.code === 'session-ended') {
      this.#shut();
      this.#say(put('ended'));
    }
  }

  #drawLog(): void {
    const lines = this.#lines.filter(
      ({ level }) => !this.#trouble.checked || level === 'warn' || level === 'error',
    );
    const atEnd = this.#log.scrollTop + this.#log.clientHeight >= this.#log.scrollHeight - 8;
    this.#log.replaceChildren(...lines.map(logRow));
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #row(view: BayView, alarms: readonly AlarmView[]): HTMLLIElement {
    const { bay, sign, camera } = view;
    const off = sign === 'off';
    const retry = button(put('retry'), 'plain', () => void this.#do('/service/retry', { bay }));
    retry.disabled = off || sign === 'empty';
    const turn = button(put(off ? 'switch-on' : 'switch-off'), off ? 'main-action' : 'danger', () => {
      void this.#do('/service/switch', { bay, on: off });
    });
    const item = make('li', {
      children: [
        make('span', { className: 'number', text: String(bay), asItIs: true }),
        shape(`shape-${sign}`),
        make('strong', { text: pick(SIGN_WORDS[sign]) }),
        make('span', { text: camera ?? '', asItIs: true }),
        retry,
        turn,
        ...alarms.map(({ code, detail }) => make('code', { text: `${code}: ${detail}`, asItIs: true })),
      ],
    });
    item.dataset['sign'] = sign;
    item.dataset['bay'] = String(bay);
    item.setAttribute('aria-label', `${word('bay')} ${bay}`);
    return item;
  }

  async #do(path: '/service/retry' | '/service/switch', body: object): Promise<void> {
    const answer = await order(path, body);
    this.#say(answer.ok ? '' : refusalOf(answer));
    if (!answer.ok && answer.code === 'session-ended') this.#shut();
  }

  #say(text: string): void {
    this.#notice.hidden = text === '';
    showText(this.#notice, text);
  }
}

const REFUSALS: Readonly<Record<string, ServiceWord>> = {
  'wrong-passphrase': 'wrong',
  'session-ended': 'ended',
  'not-kept': 'not-kept',
  line: 'line',
};

function refusalOf({ code, waitMs }: NotDone): string {
  if (code === 'closed') return `${put('closed')} ${Math.ceil((waitMs ?? 0) / 1000)} s`;
  return put(REFUSALS[code] ?? 'failed');
}

/** What of a bay its row shows. */
function keyOf({ bay, sign, camera }: BayView): unknown {
  return [bay, sign, camera];
}

function logRow({ at, level, message, fields }: LogLine): HTMLLIElement {
  const time = new Date(at).toTimeString().slice(0, 8);
  const row = make('li', {
    asItIs: true,
    children: [make('time', { text: time }), make('b', { text: message }), make('span', { text: fields })],
  });
  row.dataset['level'] = level;
  return row;
}
