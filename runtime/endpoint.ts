import { isIP } from 'node:net';
import { RuntimeError } from './errors.ts';

/** Where a machine answers. */
export interface Endpoint {
  /** A name or an address; an IPv6 link-local one with its interface: `fe80::1%usb0`. */
  readonly host: string;
  readonly port: number;
}

const SCOPED = /^https:\/\/\[([0-9a-f:.]+)%25([^\]/?#%]+)\](?::(\d{1,5}))?\/?$/i;

/** Of an https URL, also one with a zone (RFC 6874), which WHATWG's URL does not know. `code` 'bad-config'. */
export function endpointOf(url: string): Endpoint {
  const [, address, zone, number] = SCOPED.exec(url) ?? [];
  if (address !== undefined) return checked(`${address}%${zone ?? ''}`, number, url);
  if (!URL.canParse(url)) throw new RuntimeError('bad-config', `${url} is no address`);
  const { hostname, port } = new URL(url);
  return checked(hostname.replace(/^\[|\]$/g, ''), port, url);
}

export function httpsUrl({ host, port }: Endpoint): string {
  return `https://${isIP(host) === 6 ? `[${host.replace('%', '%25')}]` : host}:${port}`;
}

function checked(host: string, port: string | undefined, url: string): Endpoint {
  const number = port === undefined || port === '' ? 443 : Number(port);
  if (host === '' || number > 65_535 || (host.includes('%') && isIP(host) !== 6))
    throw new RuntimeError('bad-config', `${url} is no address`);
  return { host, port: number };
}
