import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Whether a request came here by a name that no DNS can bend to point here: a loopback name, or an address as digits.
 */
export function isFirmHost(host: string | undefined): boolean {
  const name = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::[0-9]{1,5})?$/.exec(host ?? '')?.[1];
  if (name === undefined) return false;
  return name === 'localhost' || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

/** A page of another origin asks: by `Origin`, which an order must have, or by what a browser says of a fetch. */
export function isForeign({ headers, method }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origin !== `http://${host ?? ''}`) return true;
  if (method !== 'GET' && origin === undefined) return true;
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** What is shown crosses no network: a passphrase or a PIN may be typed in. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
