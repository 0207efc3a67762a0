import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?$/;
const MAX_SESSIONS = 8;

/** Whether a request came here by a name of the loopback: a name out of the DNS may have been bent to point here. */
export function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK_HOST.test(host ?? '');
}

/**
 * Who may touch the simulated camera from a browser: whoever holds the link that its start printed. The link opens
 * one session and is spent; the next one is written where the first was. Of secrets only hashes are kept.
 *
 * Cookies are shared by all ports of a host: what another program on the loopback may be shown opens this camera
 * alone, and the Origin of a request, which holds the port, keeps its pages out.
 */
export class Doorkeeper {
  readonly #writeLink: (key: string) => void;
  readonly #sessions: Buffer[] = [];
  #key: Buffer;

  constructor(writeLink: (key: string) => void) {
    this.#writeLink = writeLink;
    this.#key = this.#nextKey();
  }

  /** The secret of a new session; undefined if the key is not, or no longer, good. */
  enter(key: string): string | undefined {
    if (!timingSafeEqual(digest(key), this.#key)) return undefined;
    this.#key = this.#nextKey();
    const session = secret();
    this.#sessions.push(digest(session));
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift();
    return session;
  }

  knows(session: string | undefined): boolean {
    if (session === undefined) return false;
    const shown = digest(session);
    return this.#sessions.some((known) => timingSafeEqual(known, shown));
  }

  #nextKey(): Buffer {
    const key = secret();
    this.#writeLink(key);
    return digest(key);
  }
}

/** A page of another origin asks: by `Origin`, which a press must have, or by what a browser says of a fetch. */
export function isForeign({ headers, method }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origin !== `http://${host ?? ''}`) return true;
  if (method !== 'GET' && origin === undefined) return true;
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
