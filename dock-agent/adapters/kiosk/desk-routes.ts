import { RequestRefused } from '@mingjing/runtime';
import type { IncomingMessage } from 'node:http';
import { Type } from 'typebox';
import type { IssueDesk } from '../../ports/issue-desk.ts';
import { bodyReader } from './requests.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 64 });
const Pin = Type.String({ pattern: '^[0-9]{1,12}$' });

const readWho = bodyReader(Type.Object({ number: Text, pin: Pin }, closed));
const Session = Type.String({ minLength: 1, maxLength: 256 });
const readSession = bodyReader(Type.Object({ session: Session }, closed));
const readCamera = bodyReader(Type.Object({ session: Session, device: Text }, closed));

/** Tries to sign in within a minute, from anybody: the desk counts an officer's, this keeps numbers from being tried. */
const TRIES = 30;
const TRIES_MS = 60_000;
const MAX_AT_ONCE = 8;

/** Take and return. The session lives in the page's memory and comes with each request: nothing is sent by itself. */
export class DeskRoutes {
  readonly #desk: IssueDesk;
  readonly #now: () => number;
  #tries: readonly number[] = [];
  #underWay = 0;

  constructor(desk: IssueDesk, now: () => number) {
    this.#desk = desk;
    this.#now = now;
  }

  /** What the desk answers, refusals in its own codes included. `RequestRefused`: 'busy', 'bad-request', 'not-found'. */
  async answer(path: string, request: IncomingMessage): Promise<unknown> {
    if (this.#underWay >= MAX_AT_ONCE) throw new RequestRefused('busy', 'too much at once');
    this.#underWay += 1;
    try {
      return await this.#answer(path, request);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #answer(path: string, request: IncomingMessage): Promise<unknown> {
    const desk = this.#desk;
    switch (path) {
      case '/desk/sign-in': {
        const { number, pin } = await readWho(request);
        this.#countTry();
        return await desk.signIn(number, pin);
      }
      case '/desk/set-pin': {
        const { number, pin } = await readWho(request);
        this.#countTry();
        return await desk.setPin(number, pin);
      }
      case '/desk/offers': {
        const answer = await desk.offers((await readSession(request)).session);
        return 'ok' in answer ? answer : { ok: true, offers: answer };
      }
      case '/desk/take': {
        const { session, device } = await readCamera(request);
        return await desk.take(session, device);
      }
      case '/desk/give-back': {
        const { session, device } = await readCamera(request);
        return await desk.giveBack(session, device);
      }
      case '/desk/sign-out':
        desk.signOut((await readSession(request)).session);
        return { ok: true };
      default:
        throw new RequestRefused('not-found', `there is no ${path}`);
    }
  }

  #countTry(): void {
    const now = this.#now();
    this.#tries = this.#tries.filter((at) => now - at < TRIES_MS);
    if (this.#tries.length >= TRIES) throw new RequestRefused('busy', 'too many tries; wait a minute');
    this.#tries = [...this.#tries, now];
  }
}
