import { ProvisioningError } from './errors.ts';

/** Every machine can be reached on itself. */
const ALWAYS = ['localhost', '127.0.0.1'] as const;
const MAX_HOSTS = 16;
const DNS = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const IP_LIKE = /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/;

/**
 * Names and addresses of a machine for browsers and foreign tools. Our own machines do not ask for them: they
 * go by the name in the URI. `code` 'bad-argument'.
 */
export function requireHosts(hosts: readonly string[]): string[] {
  const all = [...new Set([...ALWAYS, ...hosts])];
  const wrong = all.find((host) => !DNS.test(host) && !IP_LIKE.test(host));
  if (wrong !== undefined)
    throw new ProvisioningError('bad-argument', `not a host name or address: ${JSON.stringify(wrong)}`);
  if (all.length > MAX_HOSTS) throw new ProvisioningError('bad-argument', `more than ${MAX_HOSTS} hosts`);
  return all;
}
