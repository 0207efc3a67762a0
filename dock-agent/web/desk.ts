import type { BayView } from '../core/station-model.ts';
import type { Issued, Offer, SignedIn } from '../ports/issue-desk.ts';
import { checkList, offerRow, officerLine, returnRow, toReturn } from './desk-views.ts';
import { refusalText, said } from './desk-words.ts';
import { button, element, make, showText } from './elements.ts';
import { timeOfDay } from './figures.ts';
import { Keypad, type Asked } from './keypad.ts';
import { order, type NotDone, type Orders } from './orders.ts';
import { word } from './words.ts';

const MAX_NUMBER = 64;
const MAX_PIN = 12;
/** How long it says which bay to go to. */
const TOLD_MS = 20_000;

/** 领用 and 归还: who it is, what may be taken or given back, what was done. */
export class Desk {
  readonly #dialog = element('desk', HTMLDialogElement);
  readonly #place = element('desk-place', HTMLElement);
  readonly #notice = element('desk-notice', HTMLElement);
  readonly #bays: () => readonly BayView[];
  #signedIn: SignedIn | undefined;
  #told: ReturnType<typeof setTimeout> | undefined;
  /** Counts openings: an answer to the one before is dropped. */
  #visit = 0;

  constructor(bays: () => readonly BayView[]) {
    this.#bays = bays;
    element('desk-leave', HTMLButtonElement).addEventListener('click', () => this.close());
    this.#dialog.addEventListener('cancel', () => this.close());
  }

  get isOpen(): boolean {
    return this.#dialog.open;
  }

  /** `start`: what a card reader has typed so far. */
  open(start = ''): void {
    if (this.isOpen) return;
    this.#visit += 1;
    this.#dialog.showModal();
    this.#askNumber(start);
  }

  /** Signs out. */
  close(): void {
    clearTimeout(this.#told);
    this.#visit += 1;
    if (this.#signedIn !== undefined) void order('/desk/sign-out', { session: this.#signedIn.session });
    this.#signedIn = undefined;
    this.#place.replaceChildren();
    this.#dialog.close();
  }

  #askNumber(start: string): void {
    this.#ask({ title: said('number'), secret: false, start, maxLength: MAX_NUMBER }, (number) =>
      this.#askPin(number),
    );
  }

  #askPin(number: string, notice?: NotDone): void {
    this.#ask({ title: said('pin'), who: number, secret: true, maxLength: MAX_PIN }, (pin) => {
      void this.#do('/desk/sign-in', { number, pin }, (answer) => {
        if (answer.ok) this.#welcome(answer);
        else if (answer.code === 'pin-not-set') this.#askFirstPin(number);
        else if (answer.code === 'wrong-pin') this.#askPin(number, answer);
        else this.#again(answer);
      });
    });
    this.#say(notice);
  }

  #askFirstPin(number: string, notice?: NotDone | string): void {
    this.#ask({ title: said('first-pin'), secret: true, maxLength: MAX_PIN }, (pin) => {
      this.#ask({ title: said('pin-again'), secret: true, maxLength: MAX_PIN }, (again) => {
        if (again !== pin) {
          this.#askFirstPin(number, said('pins-differ'));
          return;
        }
        void this.#do('/desk/set-pin', { number, pin }, (answer) => {
          if (answer.ok) this.#welcome(answer);
          else if (answer.code === 'pin-too-simple') this.#askFirstPin(number, answer);
          else this.#again(answer);
        });
      });
    });
    this.#say(notice);
  }

  #again(notice: NotDone): void {
    this.#askNumber('');
    this.#say(notice);
  }

  #welcome(signedIn: SignedIn): void {
    this.#signedIn = signedIn;
    this.#offer();
  }

  #offer(notice?: NotDone | string): void {
    this.#withSession('/desk/offers', {}, (answer, signedIn) => {
      const offers = answer.ok ? answer.offers : [];
      this.#show(
        officerLine(signedIn),
        ...this.#returns(signedIn),
        make('h3', { text: said('take-title') }),
        offers.length === 0
          ? make('p', { text: answer.ok ? said('nothing-to-take') : textOf(answer) })
          : make('ul', {
              className: 'offers',
              children: offers.map((offer) => offerRow(offer, () => this.#confirm(offer))),
            }),
      );
      this.#say(notice);
    });
  }

  #returns(signedIn: SignedIn): HTMLElement[] {
    const held = toReturn(signedIn, this.#bays());
    if (held.length === 0) return [];
    const rows = held.map((one) => returnRow(one, () => this.#giveBack(one.device)));
    return [make('h3', { text: said('return-title') }), make('ul', { className: 'returns', children: rows })];
  }

  #giveBack(device: string): void {
    this.#withSession('/desk/give-back', { device }, (answer, signedIn) => {
      if (answer.ok) {
        const officer = { ...signedIn, holds: signedIn.holds.filter((one) => one !== device) };
        this.#signedIn = officer;
      }
      this.#offer(answer.ok ? `${device}: ${said('returned')}` : answer);
    });
  }

  #confirm({ device, bay, check, recommended }: Offer): void {
    const take = button(said(recommended ? 'take-it' : 'take-anyway'), 'main-action', () => {
      this.#withSession('/desk/take', { device }, (answer) => {
        if (answer.ok) this.#handOut(answer);
        else this.#offer(answer);
      });
    });
    const back = button(said('back'), 'plain', () => this.#offer());
    this.#show(
      make('p', { className: 'check-title', text: `${word('bay')} ${bay} · ${said('check-title')}` }),
      checkList(check, this.#signedIn?.officer.name ?? ''),
      make('div', { className: 'choices', children: [back, take] }),
    );
  }

  #handOut({ bay }: Issued): void {
    this.#show(
      make('p', { className: 'take-out', text: said('take-out') }),
      make('p', { className: 'take-number', text: String(bay), asItIs: true }),
      make('p', { text: said('wear-well') }),
      button(said('done'), 'main-action', () => this.close()),
    );
    this.#told = setTimeout(() => this.close(), TOLD_MS);
  }

  #ask(asked: Asked, onDone: (text: string) => void): void {
    const keypad = new Keypad(asked, onDone);
    this.#show(keypad.element);
    keypad.focus();
  }

  #withSession<P extends keyof Orders>(
    path: P,
    body: object,
    then: (answer: Orders[P] | NotDone, signedIn: SignedIn) => void,
  ): void {
    const signedIn = this.#signedIn;
    if (signedIn === undefined) return;
    void this.#do(path, { ...body, session: signedIn.session }, (answer) => {
      if (answer.ok || answer.code !== 'session-ended') {
        then(answer, signedIn);
        return;
      }
      this.#signedIn = undefined;
      this.#again(answer);
    });
  }

  async #do<P extends keyof Orders>(
    path: P,
    body: object,
    then: (answer: Orders[P] | NotDone) => void,
  ): Promise<void> {
    const visit = this.#visit;
    this.#show(make('p', { className: 'wait', text: said('wait') }));
    const answer = await order(path, body);
    if (visit === this.#visit) then(answer);
    else if (answer.ok && 'session' in answer) void order('/desk/sign-out', { session: answer.session });
  }

  #show(...children: readonly Node[]): void {
    this.#say(undefined);
    this.#place.replaceChildren(...children);
  }

  #say(notice: NotDone | string | undefined): void {
    const text = notice === undefined ? '' : typeof notice === 'string' ? notice : textOf(notice);
    this.#notice.hidden = text === '';
    showText(this.#notice, text);
  }
}

function textOf({ code, until }: NotDone): string {
  const text = refusalText(code);
  return until === undefined ? text : `${text} (${timeOfDay(Date.parse(until), Date.now())})`;
}
