import { networkInterfaces } from 'node:os';
import { connect } from 'node:tls';
import { nameCheck, tlsOptions, type TlsIdentity } from '@mingjing/runtime';

const TIME_LIMIT_MS = 5_000;

/** Interfaces that have an address of more than this machine. */
export function interfacesUp(): string[] {
  return Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some(({ internal }) => !internal) === true)
    .map(([name]) => name);
}

/** How long an archive of our agency takes to show who it is, milliseconds; null: it does not. Never rejects. */
export async function answerTime(url: string, identity: TlsIdentity): Promise<number | null> {
  const { hostname, port, protocol } = new URL(url);
  const began = performance.now();
  return await new Promise((resolve) => {
    const socket = connect({
      ...tlsOptions(identity),
      host: hostname,
      port: Number(port === '' ? (protocol === 'mqtts:' ? 8883 : 443) : port),
      checkServerIdentity: nameCheck(identity, 'archive'),
    });
    const end = (answer: number | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(TIME_LIMIT_MS, () => end(null));
    socket.once('secureConnect', () => end(Math.round(performance.now() - began)));
    socket.once('error', () => end(null));
  });
}
