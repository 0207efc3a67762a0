import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestRefused, RuntimeError, sendJson, type Log } from '@mingjing/runtime';
import { Type } from 'typebox';
import type { ServiceDesk } from '../../ports/service-desk.ts';
import { cookieOf } from './origins.ts';
import { MAX_PASSPHRASE } from './passphrase.ts';
import { bodyReader } from './requests.ts';
import type { TechnicianDoor } from './technician-door.ts';

const closed = { additionalProperties: false } as const;
const Bay = Type.Integer({ minimum: 1, maximum: 64 });

const readPassphrase = bodyReader(
  Type.Object({ passphrase: Type.String({ minLength: 1, maxLength: MAX_PASSPHRASE }) }, closed),
);
const readBay = bodyReader(Type.Object({ bay: Bay }, closed));
const readSwitch = bodyReader(Type.Object({ bay: Bay, on: Type.Boolean() }, closed));

const LOG = 'GET /service/log';

/** The service page's requests. All but the sign-in need the session's cookie. */
export class ServiceRoutes {
  readonly #desk: ServiceDesk;
  readonly #door: TechnicianDoor;
  readonly #cookie: string;
  readonly #log: Log;

  /** `cookie`: cookies do not tell ports apart, their names do. */
  constructor(desk: ServiceDesk, door: TechnicianDoor, cookie: string, log: Log) {
    this.#desk = desk;
    this.#door = door;
    this.#cookie = cookie;
    this.#log = log;
  }

  async answer(what: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (what === 'POST /service/sign-in') {
      await this.#signIn(request, response);
      return;
    }
    const secret = cookieOf(request, this.#cookie);
    const isLook = what === LOG;
    const may = secret !== undefined && (isLook ? this.#door.admits(secret) : this.#door.knows(secret));
    if (!may) throw new RequestRefused('not-allowed', 'sign in first');
    sendJson(response, 200, await this.#obey(what, secret, request));
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { passphrase } = await readPassphrase(request);
    const entry = await this.#door.enter(passphrase);
    if (!entry.ok) {
      this.#log.warn({ code: entry.code }, 'a technician’s sign-in was refused');
      sendJson(response, 200, entry);
      return;
    }
    this.#log.info('a technician signed in');
    response.setHeader(
      'set-cookie',
      `${this.#cookie}=${entry.secret}; HttpOnly; SameSite=Strict; Path=/service`,
    );
    sendJson(response, 200, { ok: true });
  }

  async #obey(what: string, secret: string, request: IncomingMessage): Promise<unknown> {
    switch (what) {
      case LOG:
        return { ok: true, lines: this.#desk.log() };
      case 'POST /service/retry':
        return { ok: this.#desk.retry((await readBay(request)).bay) };
      case 'POST /service/switch': {
        const { bay, on } = await readSwitch(request);
        return this.#switch(bay, on);
      }
      case 'POST /service/sign-out':
        this.#door.leave(secret);
        return { ok: true };
      default:
        throw new RequestRefused('not-found', `there is no ${what}`);
    }
  }

  #switch(bay: number, on: boolean): unknown {
    try {
      return { ok: this.#desk.switchBay(bay, on) };
    } catch (error) {
      if (error instanceof RuntimeError && error.code === 'storage-failed')
        return { ok: false, code: 'not-kept' };
      throw error;
    }
  }
}
